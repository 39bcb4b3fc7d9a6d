; The Brine Regent, last enemy. Four phases; each has its own list of attacks.

; Regent_Run
; Runs one frame of the final fight: phase by vigor, circle round the throne, next attack when its wait is over.
; Entry: M=8 X=8   In: X = slot, RegentVigor, RegentPhase
; Out: RegentPhase, RegentAngle, RegentWait, RegentPattern, ActorXLow, ActorYLow, ActorState, and the shot fields   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Regent_Run:
  PHX
  JSR Regent_ChoosePhase
  PLX
  LDA.w RegentPhase
  BEQ .asleep
  CMP #$04
  BEQ .asleep
  JSR Regent_Orbit
  DEC.w RegentWait
  BNE .asleep
  JSR Regent_NextAttack
.asleep
  RTS

; Regent_ChoosePhase
; Sets the phase from the hit points: above 200 circling, above 80 whirlpool, above 0 desperate; sleeping is left alone.
; Entry: M=8 X=8   In: RegentVigor, RegentPhase
; Out: RegentPhase, RegentPattern = 0 when the phase changed, C set when it changed   Clobbers: A, X
Regent_ChoosePhase:
  LDA.w RegentPhase
  BEQ .same
  LDX #$04
  REP #$20
  LDA.w RegentVigor
  BEQ .chosen
  BMI .chosen
  DEX
  CMP.w #81
  BCC .chosen
  DEX
  CMP.w #201
  BCC .chosen
  DEX
.chosen
  SEP #$20
  CPX.w RegentPhase
  BEQ .same
  STX.w RegentPhase
  STZ.w RegentPattern
  SEC
  RTS
.same
  CLC
  RTS

; Regent_Orbit
; Moves the Regent along the circle: radius 71 about the throne at 128, 96; faster in each phase.
; Entry: M=8 X=8   In: X = slot, RegentPhase, RegentAngle
; Out: RegentAngle, ActorXLow, ActorYLow   Clobbers: A, Y, Work0, Work1, Work2
Regent_Orbit:
  TXY
  LDA.w RegentPhase
  ASL A
  SEC
  SBC #$01
  CLC
  ADC.w RegentAngle
  STA.w RegentAngle
  JSR Regent_Spoke
  CLC
  ADC #$80
  STA.w ActorXLow,Y
  LDA.w RegentAngle
  CLC
  ADC #$40
  JSR Regent_Spoke
  CLC
  ADC #$60
  STA.w ActorYLow,Y
  TYX
  RTS

; Regent_Spoke
; Projects the radius of 71 pixels by the sine of an angle.
; Entry: M=8 X=8   In: A = angle of 256 steps
; Out: A = signed pixels -71 to 71   Clobbers: X, Work0, Work1, Work2
Regent_Spoke:
  JSL Math_Sine
  PHA
  BPL .size_known
  EOR #$FF
  INC A
.size_known
  STA.b Work0
  LDA.b #145
  JSL Math_Multiply
  PLA
  BMI .negative
  LDA.b Work2+1
  RTS
.negative
  LDA.b Work2+1
  EOR #$FF
  INC A
  RTS

; Regent_NextAttack
; Takes the next attack from the list of the phase, starts it and sets the wait that belongs to it.
; Entry: M=8 X=8   In: X = slot, RegentPhase 1 to 3, RegentPattern
; Out: RegentPattern, RegentWait, ActorState, and the shot fields   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Regent_NextAttack:
  TXY
  LDA.w RegentPhase
  AND #$03
  ASL A
  ASL A
  ASL A
  STA.b Work0
  LDA.w RegentPattern
  AND #$07
  ORA.b Work0
  TAX
  INC.w RegentPattern
  LDA.l Regent_Patterns,X
  STA.w ActorState,Y
  TAX
  LDA.l Regent_Waits,X
  STA.w RegentWait
  CPX #$02
  BEQ .ring
  BCS .done
  LDX.w ActorXLow,Y
  STX.b Work0
  LDX.w ActorYLow,Y
  STX.b Work1
  LDA.w HeroX
  SEC
  SBC.b Work0
  JSR Regent_Bolt
.done
  RTS
.ring
  JMP Regent_Ring

; Regent_Bolt
; Fires one bolt at the hero in the nearest of eight directions.
; Entry: M=8 X=8   In: A = hero's x less the Regent's, Work0 = Regent's x byte, Work1 = Regent's y byte
; Out: C set when a shot was free, and the shot fields   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Regent_Bolt:
  TAX
  LDA.b Work1
  PHA
  LDA.b Work0
  PHA
  LDA.w HeroY
  SEC
  SBC.b Work1
  STA.b Work0
  TXA
  JSL Math_Octant
  JSL Shot_Aim
  PLA
  STA.b Work0
  PLA
  STA.b Work1
  LDA #$04
  JSL Shot_Fire
  RTS

; Regent_Ring
; Throws a ring of four bolts along the diagonals, as many as there are free shots.
; Entry: M=8 X=8   In: Y = slot
; Out: the shot fields   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Regent_Ring:
  LDA.w ActorXLow,Y
  STA.b Work0
  LDA.w ActorYLow,Y
  STA.b Work1
  LDA #$07
.bolt
  PHA
  JSL Shot_Aim
  LDA #$04
  JSL Shot_Fire
  PLA
  DEC A
  DEC A
  BPL .bolt
  RTS

; Regent_Wound
; Takes damage from the Regent; brine armour lets through only half unless the room is at lowest ebb.
; Entry: M=16 X=8   In: A = damage, RegentVigor, TideLevel
; Out: RegentVigor, C set when he is beaten   Clobbers: A, X, Work0
Regent_Wound:
  LDX.w TideLevel
  BEQ .bare
  LSR A
.bare
  STA.b Work0
  LDA.w RegentVigor
  SEC
  SBC.b Work0
  BEQ .beaten
  BCC .beaten
  STA.w RegentVigor
  CLC
  RTL
.beaten
  STZ.w RegentVigor
  SEC
  RTL

Regent_Patterns:
  db 0, 0, 0, 0, 0, 0, 0, 0
  db 1, 0, 1, 3, 1, 0, 1, 2
  db 2, 3, 1, 1, 2, 3, 2, 1
  db 2, 1, 2, 1, 3, 2, 1, 1

Regent_Waits:
  db 60, 45, 75, 120
