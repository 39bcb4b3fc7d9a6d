; Where windows stand on the 32 by 28 tile screen: left, top, width, height.

Layout_Windows:
  db 2, 19, 28, 8 ; text box
  db 4, 5, 24, 18 ; pack
  db 3, 7, 26, 17 ; log list
  db 1, 2, 30, 24 ; sea chart
  db 6, 8, 20, 11 ; shop list

; Layout_Contains
; Tells whether a tile lies inside a window, its frame included.
; Entry: M=8 X=8   In: A = window 0 to 4, Work0 = tile column byte, Work1 = tile row byte
; Out: C set when inside   Clobbers: A, X
Layout_Contains:
  ASL A
  ASL A
  TAX
  LDA.b Work0
  SEC
  SBC.l Layout_Windows,X
  BCC .outside
  CMP.l Layout_Windows+2,X
  BCS .outside
  LDA.b Work1
  SEC
  SBC.l Layout_Windows+1,X
  BCC .outside
  CMP.l Layout_Windows+3,X
  BCS .outside
  SEC
  RTL
.outside
  CLC
  RTL

; Layout_FirstCell
; Works out the byte offset of a window's upper left cell in a tile map of 64-byte rows.
; Entry: M=8 X=8   In: A = window 0 to 4
; Out: Work2 = offset word   Clobbers: A, X
Layout_FirstCell:
  ASL A
  ASL A
  TAX
  LDA.l Layout_Windows,X
  ASL A
  STA.b Work2
  LDA.l Layout_Windows+1,X
  REP #$20
  AND #$001F
  XBA
  LSR A
  LSR A
  SEP #$20
  ORA.b Work2
  STA.b Work2
  XBA
  STA.b Work2+1
  RTL

; Layout_FrameTile
; Chooses the frame piece for a cell of a window: four corners, four edges, or the blank inside.
; Entry: M=8 X=8   In: A = column in the window, X = row in the window, Work0 = last column byte, Work1 = last row byte
; Out: A = tile number $A0 to $A8   Clobbers: Y
Layout_FrameTile:
  LDY #$00
  CMP #$00
  BEQ .column_known
  INY
  CMP.b Work0
  BNE .column_known
  INY
.column_known
  CPX #$00
  BEQ .row_known
  INY
  INY
  INY
  CPX.b Work1
  BNE .row_known
  INY
  INY
  INY
.row_known
  TYA
  CLC
  ADC #$A0
  RTL
