; Goes to another action of the sprite.
macro GotoAction(action)
  LDA.b #<action> : STA.w $0D80, X
endmacro

macro Unused(a, b)
{
  db <a>, <b>
}
endmacro

; Where a tile of the pane lies, two bytes each.
function pane_place(row,col) = (row*64)+(col*2)
