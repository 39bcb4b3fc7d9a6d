; Goes to another action of the sprite.
macro GotoAction(action)
  LDA.b #<action> : STA.w $0D80, X
endmacro

macro Unused(a, b)
{
  db <a>, <b>
}
endmacro
