; A part of the original.
_0083F8:
  LDA.b $10
_0083FA:
  STA.b $11
  RTS
