; The gull eel: circles over deep water and dives when a shadow passes.
; States: 0 circling, 1 stooping, 2 under water, 3 climbing.

; GullEel_Run
; Runs one frame of a gull eel; only its stoop can hurt.
; Entry: M=8 X=8   In: X = slot, ActorState
; Out: the fields of this creature, HeroVigor, HeroMercy, HeroPushX, HeroPushY, HeroAction, HudDirty   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
GullEel_Run:
  LDA.w ActorState,X
  AND #$03
  BEQ .circle
  CMP #$01
  BEQ .stoop
  CMP #$02
  BEQ .dive
  JSR GullEel_Climb
  RTS
.circle
  JSR GullEel_Circle
  RTS
.dive
  DEC.w ActorTimer,X
  BNE .bubbles
  INC.w ActorState,X
  LDA #$1C
  STA.w ActorTimer,X
.bubbles
  RTS
.stoop
  JSR GullEel_Stoop
  JSL Hero_TouchesActor
  BCC .missed
  LDA #$02
  LDX #$00
  JSL Hero_TakeBlow
.missed
  RTS

; GullEel_Circle
; Flies a circle by sine and cosine and stoops once the hero is below it and at least a second has passed.
; Entry: M=8 X=8   In: X = slot, ActorTimer, HeroX
; Out: ActorSpeedX, ActorSpeedY, ActorXLow, ActorXHigh, ActorYLow, ActorYHigh, ActorTimer, ActorPose, ActorState   Clobbers: A, Y, Work3
GullEel_Circle:
  STX.b Work3
  INC.w ActorTimer,X
  LDA.w ActorTimer,X
  ASL A
  PHA
  JSL Math_Sine
  JSR GullEel_Speed
  LDX.b Work3
  STA.w ActorSpeedX,X
  PLA
  CLC
  ADC #$40
  JSL Math_Sine
  JSR GullEel_Speed
  LDX.b Work3
  STA.w ActorSpeedY,X
  JSL Actor_Move
  LDA.w ActorTimer,X
  LSR A
  LSR A
  LSR A
  AND #$03
  STA.w ActorPose,X
  LDA.w ActorTimer,X
  CMP #$3C
  BCC .patient
  LDA.w HeroX
  EOR.w ActorXLow,X
  AND #$F0
  BNE .patient
  LDA #$01
  STA.w ActorState,X
  STZ.w ActorSpeedX,X
  LDA #$04
  STA.w ActorSpeedY,X
  LDA #$14
  STA.w ActorTimer,X
.patient
  RTS

; GullEel_Speed
; Divides a signed byte by sixty-four, so that a sine becomes a speed; it rounds down.
; Entry: M=8 X=8   In: A = signed byte
; Out: A = signed speed -2 to 1   Clobbers: none
GullEel_Speed:
  ASL A
  PHP
  ROL A
  ROL A
  AND #$01
  PLP
  BCC .upper
  ORA #$FE
.upper
  RTS

; GullEel_Stoop
; Drops straight down until its time or the water line stops it, then goes under with a splash.
; Entry: M=8 X=8   In: X = slot, ActorTimer
; Out: ActorYLow, ActorYHigh, ActorXLow, ActorXHigh, ActorTimer, ActorState, EffectQueue   Clobbers: A, Y
GullEel_Stoop:
  JSL Actor_Move
  DEC.w ActorTimer,X
  BEQ .splash
  LDA.w ActorYLow,X
  CMP #$D0
  BCC .falling
.splash
  PHX
  LDA.b #!SOUND_SPLASH
  JSL Sound_Queue
  PLX
  LDA #$02
  STA.w ActorState,X
  LDA #$5A
  STA.w ActorTimer,X
.falling
  RTS

; GullEel_Climb
; Rises three pixels a frame and takes up its circle again at the end of its time.
; Entry: M=8 X=8   In: X = slot, ActorTimer
; Out: ActorSpeedY, ActorXLow, ActorXHigh, ActorYLow, ActorYHigh, ActorTimer, ActorState   Clobbers: A, Y
GullEel_Climb:
  LDA #$FD
  STA.w ActorSpeedY,X
  JSL Actor_Move
  DEC.w ActorTimer,X
  BNE .rising
  STZ.w ActorState,X
.rising
  RTS
