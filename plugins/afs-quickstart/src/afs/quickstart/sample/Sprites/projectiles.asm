; The pool of eight shots.

; Shot_Fire
; Takes a free shot slot, searching onward from the last one given, and sets the shot flying for 90 frames.
; Entry: M=8 X=8   In: A = kind 1 to 4, Work0 = x byte, Work1 = y byte, Work2 = signed x step byte, Work3 = signed y step byte
; Out: C set when fired, X = slot, ShotKind, ShotX, ShotY, ShotVelX, ShotVelY, ShotLife, ShotNext   Clobbers: Y
Shot_Fire:
  LDY.b #!SHOT_SLOTS
.search
  LDX.w ShotNext
  INX
  CPX.b #!SHOT_SLOTS
  BCC .in_pool
  LDX #$00
.in_pool
  STX.w ShotNext
  PHA
  LDA.w ShotKind,X
  BEQ .free
  PLA
  DEY
  BNE .search
  CLC
  RTL
.free
  PLA
  STA.w ShotKind,X
  PHA
  LDA.b Work0
  STA.w ShotX,X
  LDA.b Work1
  STA.w ShotY,X
  LDA.b Work2
  STA.w ShotVelX,X
  LDA.b Work3
  STA.w ShotVelY,X
  LDA.b #90
  STA.w ShotLife,X
  PLA
  SEC
  RTL

; Shots_MoveAll
; Moves every flying shot by its step and frees those whose life ends or that leave the picture at any side.
; Entry: M=8 X=8   In: the shot fields
; Out: ShotKind, ShotX, ShotY, ShotLife   Clobbers: A, X
Shots_MoveAll:
  LDX.b #!SHOT_SLOTS-1
.slot
  LDA.w ShotKind,X
  BEQ .next
  DEC.w ShotLife,X
  BEQ .expire
  LDA.w ShotVelX,X
  BMI .leftward
  CLC
  ADC.w ShotX,X
  BCS .expire
  BRA .sideways_done
.leftward
  CLC
  ADC.w ShotX,X
  BCC .expire
.sideways_done
  STA.w ShotX,X
  LDA.w ShotY,X
  CLC
  ADC.w ShotVelY,X
  STA.w ShotY,X
  CMP #$E0
  BCC .next
.expire
  STZ.w ShotKind,X
.next
  DEX
  BPL .slot
  RTL

; Shot_Aim
; Gives the step of a shot toward the hero in one of eight directions.
; Entry: M=8 X=8   In: A = octant 0 to 7 clockwise from north
; Out: Work2 = signed x step byte, Work3 = signed y step byte   Clobbers: A, X
Shot_Aim:
  AND #$07
  TAX
  LDA.l .step_x,X
  STA.b Work2
  LDA.l .step_y,X
  STA.b Work3
  RTL
.step_x
  db 0, 2, 3, 2, 0, $FE, $FD, $FE
.step_y
  db $FD, $FE, 0, 2, 3, 2, 0, $FE

; Shots_HitHero
; Looks for a hostile shot whose corner lies inside the hero's 16 by 16 box, frees it, and names its kind.
; Entry: M=8 X=8   In: HeroX, HeroY, the shot fields
; Out: C set when hit, A = kind of the shot, ShotKind   Clobbers: X
Shots_HitHero:
  LDX.b #!SHOT_SLOTS-1
.slot
  LDA.w ShotKind,X
  BEQ .next
  CMP #$03
  BEQ .next
  LDA.w ShotX,X
  SEC
  SBC.w HeroX
  CMP #$10
  BCS .next
  LDA.w ShotY,X
  SEC
  SBC.w HeroY
  CMP #$10
  BCS .next
  LDA.w ShotKind,X
  STZ.w ShotKind,X
  SEC
  RTL
.next
  DEX
  BPL .slot
  LDA #$00
  CLC
  RTL

; Shots_CountKind
; Counts the flying shots of one kind, so that a creature does not fire a second before the first is gone.
; Entry: M=8 X=8   In: A = kind
; Out: Y = number of shots   Clobbers: X
Shots_CountKind:
  LDY #$00
  LDX.b #!SHOT_SLOTS-1
.slot
  CMP.w ShotKind,X
  BNE .other
  INY
.other
  DEX
  BPL .slot
  RTL
