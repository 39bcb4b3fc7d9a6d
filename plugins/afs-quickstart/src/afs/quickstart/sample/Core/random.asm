; The random generator. One state word, so that a replay with the same log and
; the same buttons is the same game.

; Random_Next
; Draws the next random word with three shifts (7, 9, 8) and gives its low byte.
; Entry: M=8 X=8   In: RandomState
; Out: A = random byte, RandomState = next state   Clobbers: Work0
Random_Next:
  REP #$20
  LDA.b RandomState
  STA.b Work0
  ASL A
  ASL A
  ASL A
  ASL A
  ASL A
  ASL A
  ASL A
  EOR.b Work0
  STA.b Work0
  XBA
  AND #$00FF
  LSR A
  EOR.b Work0
  STA.b Work0
  XBA
  AND #$FF00
  EOR.b Work0
  STA.b RandomState
  SEP #$20
  RTL

; Random_Below
; Draws a whole number below a limit by scaling, so that every value is nearly as likely.
; Entry: M=8 X=8   In: A = limit 1 to 255, RandomState
; Out: A = 0 to limit - 1, RandomState = next state   Clobbers: X, Work0, Work1, Work2
Random_Below:
  PHA
  JSL Random_Next
  STA.b Work0
  PLA
  JSL Math_Multiply
  LDA.b Work2+1
  RTL

; Random_Chance
; Decides an event that happens in so many of 256 cases.
; Entry: M=8 X=8   In: A = cases 0 to 255, RandomState
; Out: C set when the event happens, RandomState = next state   Clobbers: A, Work0, Work1
Random_Chance:
  STA.b Work1
  JSL Random_Next
  CMP.b Work1
  BCC .happens
  CLC
  RTL
.happens
  SEC
  RTL

; Random_Dice
; Rolls a number of six-sided dice and adds them up.
; Entry: M=8 X=8   In: A = dice 1 to 40, RandomState
; Out: A = sum, RandomState = next state   Clobbers: X, Y, Work0, Work1, Work2, Work3
Random_Dice:
  TAY
  STZ.b Work3
.roll
  LDA.b #6
  JSL Random_Below
  SEC
  ADC.b Work3
  STA.b Work3
  DEY
  BNE .roll
  LDA.b Work3
  RTL

; Random_PickWeighted
; Draws a row of a weight list anywhere in memory; the list is bytes that add up to 256 at most and ends with a zero.
; Entry: M=8 X=8   In: WorkPtr = long address of the list, RandomState
; Out: Y = row drawn, the last row when the weights are short, RandomState = next state   Clobbers: A, Work0
Random_PickWeighted:
  JSL Random_Next
  LDY #$00
.row
  CMP.b [WorkPtr],Y
  BCC .drawn
  SBC.b [WorkPtr],Y
  INY
  PHA
  LDA.b [WorkPtr],Y
  BEQ .short
  PLA
  BRA .row
.short
  PLA
  DEY
.drawn
  RTL

; Random_Stir
; Mixes the frame counter into the state, so that waiting at the title screen changes the game; keeps it nonzero.
; Entry: M=8 X=8   In: FrameCount, RandomState
; Out: RandomState = stirred state   Clobbers: A
Random_Stir:
  LDA.b FrameCount
  EOR.b RandomState+1
  ROL A
  STA.b RandomState+1
  ORA.b RandomState
  BNE .alive
  LDA #$A7
  STA.b RandomState
.alive
  RTL
