; The lurkcrab: sits buried until the hero comes near, then scuttles sideways.
; States: 0 buried, 1 rising, 2 scuttling, 3 digging in.

; Lurkcrab_Run
; Runs one frame of a lurkcrab by its state and touches the hero when it is above the sand.
; Entry: M=8 X=8   In: X = slot, ActorState
; Out: the fields of this creature, HeroVigor, HeroMercy, HeroPushX, HeroPushY, HeroAction, HudDirty   Clobbers: A, Y, Work0, Work1, Work2
Lurkcrab_Run:
  LDA.w ActorState,X
  BEQ Lurkcrab_Buried
  CMP #$02
  BCC Lurkcrab_Rise
  BEQ .scuttle
  JMP Lurkcrab_DigIn
.scuttle
  JSR Lurkcrab_Scuttle
  JSL Hero_TouchesActor
  BCC .missed
  JSL Actor_FacePlayer
  INC A
  INC A
  AND #$03
  PHX
  TAX
  PHX
  LDA.b #!KIND_LURKCRAB
  JSL Damage_ToHero
  PLX
  JSL Hero_TakeBlow
  PLX
.missed
  RTS

; Lurkcrab_Buried
; Waits under the sand until the hero stands within 48 pixels on both axes.
; Entry: M=8 X=8   In: X = slot, HeroX, HeroY
; Out: ActorState, ActorTimer, ActorPose = 0   Clobbers: A
Lurkcrab_Buried:
  STZ.w ActorPose,X
  LDA.w HeroX
  SEC
  SBC.w ActorXLow,X
  CLC
  ADC #$30
  CMP #$61
  BCS .unaware
  LDA.w HeroY
  SBC.w ActorYLow,X
  SEC
  ADC #$30
  CMP #$61
  BCS .unaware
  INC.w ActorState,X
  LDA #$18
  STA.w ActorTimer,X
.unaware
  RTS

; Lurkcrab_Rise
; Shakes off the sand for 24 frames and then picks the side to run to.
; Entry: M=8 X=8   In: X = slot, ActorTimer, HeroX
; Out: ActorState, ActorTimer, ActorSpeedX, ActorPose   Clobbers: A
Lurkcrab_Rise:
  DEC.w ActorTimer,X
  BNE .shaking
  LDA.w HeroX
  CMP.w ActorXLow,X
  LDA #$02
  BCS .to_the_right
  LDA #$FE
.to_the_right
  STA.w ActorSpeedX,X
  LDA #$02
  STA.w ActorState,X
  LDA #$50
  STA.w ActorTimer,X
  RTS
.shaking
  LDA.w ActorTimer,X
  LSR A
  LSR A
  AND #$01
  INC A
  STA.w ActorPose,X
  RTS

; Lurkcrab_Scuttle
; Runs sideways with two leg poses, turns round at the walls of the room, and digs in when its time is over.
; Entry: M=8 X=8   In: X = slot, ActorTimer, ActorSpeedX
; Out: ActorXLow, ActorXHigh, ActorYLow, ActorYHigh, ActorSpeedX, ActorTimer, ActorState, ActorPose   Clobbers: A, Y
Lurkcrab_Scuttle:
  JSL Actor_Move
  LDA.w ActorXLow,X
  CMP #$10
  BCC .turn
  CMP #$E0
  BCC .open_sand
.turn
  LDA.w ActorSpeedX,X
  EOR #$FF
  INC A
  STA.w ActorSpeedX,X
.open_sand
  LDA.w ActorTimer,X
  AND #$04
  LSR A
  LSR A
  INC A
  STA.w ActorPose,X
  DEC.w ActorTimer,X
  BNE .still_runs
  INC.w ActorState,X
  LDA #$20
  STA.w ActorTimer,X
.still_runs
  RTS

; Lurkcrab_DigIn
; Sinks into the sand for 32 frames, three poses long, and lies in wait again.
; Entry: M=8 X=8   In: X = slot, ActorTimer
; Out: ActorTimer, ActorPose, ActorState   Clobbers: A
Lurkcrab_DigIn:
  LDA.w ActorTimer,X
  BEQ .buried
  DEC.w ActorTimer,X
  LSR A
  LSR A
  LSR A
  LSR A
  STA.w ActorPose,X
  RTS
.buried
  STZ.w ActorState,X
  RTS
