; The tide clock. Twelve bells make a tidal day; the sea floods twice in it, and
; the moon decides how high.

; TideClock_Advance
; Advances the tide clock; at each full bell the hour, the moon and the goal of the sea move on.
; Entry: M=8 X=8   In: A = frames to advance, 1 to 255
; Out: C set when a bell rang, TideTicks, TideBell, MoonPhase, TideTarget, TideHeld, QuestSmith   Clobbers: A, X, Work0
TideClock_Advance:
  REP #$20
  AND #$00FF
  CLC
  ADC.w TideTicks
  STA.w TideTicks
  SEC
  SBC.w #!TIDE_TICKS_PER_BELL
  BCC .quiet
  STA.w TideTicks
  SEP #$20
  JSR Tide_RingBell
  SEC
  RTL
.quiet
  SEP #$20
  CLC
  RTL

; Tide_RingBell
; Does what happens once an hour: turn the hour hand, age the moon at the twelfth bell, cool the forge, set the new sea level.
; Entry: M=8 X=8   In: TideBell, TideHeld, QuestSmith
; Out: TideBell, MoonPhase, TideTarget, TideHeld, QuestSmith   Clobbers: A, X, Work0
Tide_RingBell:
  LDA.w TideBell
  INC A
  CMP.b #!BELLS_PER_TIDE_DAY
  BCC .same_day
  LDA.w MoonPhase
  INC A
  AND #$07
  STA.w MoonPhase
  LDA #$00
.same_day
  STA.w TideBell
  LDA.l QuestSmith
  BEQ .forge_done
  CMP #$FF
  BEQ .forge_done
  DEC A
  STA.l QuestSmith
.forge_done
  LDA.w TideHeld
  BEQ .free_sea
  DEC.w TideHeld
  RTS
.free_sea
  LDA.w TideBell
  LDX.w MoonPhase
  JSL Tide_HeightAt
  STA.w TideTarget
  RTS

; Tide_HeightAt
; Works out the sea level of an hour: half the day curve, which gains three at new and full moon, one beside them, none at the quarters.
; Entry: M=8 X=8   In: A = bell 0 to 11, X = moon phase 0 to 7
; Out: A = sea level 0 to 7   Clobbers: X, Work0
Tide_HeightAt:
  PHA
  LDA.l .spring_bonus,X
  STA.b Work0
  PLX
  LDA.l .day_curve,X
  CLC
  ADC.b Work0
  LSR A
  CMP.b #!TIDE_MAX+1
  BCC .done
  LDA.b #!TIDE_MAX
.done
  RTL
.day_curve
  db 0, 2, 6, 10, 12, 9, 5, 1
  db 4, 8, 11, 7
.spring_bonus
  db 3, 1, 0, 1, 3, 1, 0, 1

; Tide_FollowTarget
; Moves the sea one level toward its goal every 32 frames and notices the turn of the tide.
; Entry: M=8 X=8   In: FrameCount, TideLevel, TideTarget, TideRising
; Out: TideLevel, TideRising, TideTurned   Clobbers: A, X
Tide_FollowTarget:
  STZ.w TideTurned
  LDA.b FrameCount
  AND #$1F
  BNE .still
  LDA.w TideTarget
  CMP.w TideLevel
  BEQ .still
  BCS .flood
  DEC.w TideLevel
  LDX #$00
  BRA .direction
.flood
  INC.w TideLevel
  LDX #$01
.direction
  CPX.w TideRising
  BEQ .still
  STX.w TideRising
  INC.w TideTurned
.still
  RTL

; Tide_BellsUntil
; Counts the bells until the sea next stands at a level or above it, looking one tidal day ahead.
; Entry: M=8 X=8   In: A = level wanted, TideBell, MoonPhase
; Out: A = bells 1 to 12, C clear and A = 255 when it never does   Clobbers: X, Y, Work0, Work1
Tide_BellsUntil:
  STA.b Work1
  LDA.w TideBell
  STA.b Work1+1
  LDY #$01
.ahead
  LDA.b Work1+1
  INC A
  CMP.b #!BELLS_PER_TIDE_DAY
  BCC .wrapped
  LDA #$00
.wrapped
  STA.b Work1+1
  LDX.w MoonPhase
  JSL Tide_HeightAt
  CMP.b Work1
  BCS .enough
  INY
  CPY.b #!BELLS_PER_TIDE_DAY+1
  BNE .ahead
  LDA #$FF
  CLC
  RTL
.enough
  TYA
  SEC
  RTL

; Tide_Hold
; Holds the sea at a level for some bells, as the Tide Horn does; a longer hold is not shortened.
; Entry: M=8 X=8   In: A = level 0 to 7, X = bells
; Out: TideTarget, TideHeld   Clobbers: none
Tide_Hold:
  STA.w TideTarget
  CPX.w TideHeld
  BCC .longer_already
  STX.w TideHeld
.longer_already
  RTL

; Tide_CurrentAt
; Gives the push of the current at a depth: none in the shallows, twice as strong while the tide turns.
; Entry: M=8 X=8   In: A = depth of the ground in levels, TideLevel, TideTurned
; Out: A = pixels per eight frames, 0 when the ground is dry   Clobbers: X, Work0
Tide_CurrentAt:
  STA.b Work0
  LDA.w TideLevel
  SEC
  SBC.b Work0
  BCC .dry
  CMP #$02
  BCC .dry
  LDX.w TideTurned
  BEQ .even
  ASL A
.even
  RTL
.dry
  LDA #$00
  RTL

; Moon_SpringNights
; Tells whether the moon brings a spring flood tonight: at new moon and at full moon.
; Entry: M=8 X=8   In: MoonPhase
; Out: C set on a spring night   Clobbers: A
Moon_SpringNights:
  LDA.w MoonPhase
  AND #$03
  BEQ .spring
  CLC
  RTL
.spring
  SEC
  RTL
