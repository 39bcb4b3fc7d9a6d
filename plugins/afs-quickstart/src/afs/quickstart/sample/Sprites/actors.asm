; Creatures: slots, the loop that runs them, moving, drawing, dying.

; Actors_RunAll
; Runs the behaviour of every creature in use once, last slot first, and counts those that live.
; Entry: M=8 X=8   In: ActorKind
; Out: ActorCount, and what the behaviours change   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Actors_RunAll:
  STZ.w ActorCount
  LDX.b #!ACTOR_SLOTS-1
.slot
  LDA.w ActorKind,X
  BEQ .free
  INC.w ActorCount
  CMP.b #!KIND_COUNT
  BCS .free
  PHX
  JSR Actor_RunOne
  PLX
  LDA.w ActorFlash,X
  BEQ .free
  DEC.w ActorFlash,X
.free
  DEX
  BPL .slot
  RTL

; Actor_RunOne
; Jumps to the behaviour that belongs to one creature's kind, with its slot in X.
; Entry: M=8 X=8   In: A = kind, X = slot
; Out: what the behaviour changes   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Actor_RunOne:
  STX.b Work3
  ASL A
  TAX
  REP #$20
  LDA.l Actor_Behaviours,X
  DEC A
  PHA
  SEP #$20
  LDX.b Work3
  RTS

Actor_Behaviours:
  dw Actor_Idle
  dw Lurkcrab_Run
  dw GullEel_Run
  dw Regent_Run
  dw Warden_Run
  dw Actor_Idle

; Actor_Idle
; Behaviour of creatures that only stand there: plays two poses, changing every 32 frames.
; Entry: M=8 X=8   In: X = slot, FrameCount
; Out: ActorPose   Clobbers: A
Actor_Idle:
  LDA.b FrameCount
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  AND #$01
  STA.w ActorPose,X
  RTS

; Warden_Run
; Behaviour of a drowned warden: drifts up and down on the swell and turns toward the hero.
; Entry: M=8 X=8   In: X = slot, FrameCount, HeroX
; Out: ActorSpeedY, ActorPose, ActorYLow, ActorYHigh, ActorXLow, ActorXHigh   Clobbers: A, Y, Work3
Warden_Run:
  STX.b Work3
  LDA.b FrameCount
  ASL A
  JSL Math_Sine
  LDX.b Work3
  CMP #$80
  LDA #$00
  SBC #$00
  ORA #$01
  STA.w ActorSpeedY,X
  LDA.b FrameCount
  BIT #$0F
  BNE .hang
  JSL Actor_Move
.hang
  LDA.w ActorXLow,X
  CMP.w HeroX
  LDA #$00
  ROL A
  STA.w ActorPose,X
  RTS

; Actor_Spawn
; Puts a creature into the highest free slot with the hit points of its kind.
; Entry: M=8 X=8   In: A = kind, Work0 = x word, Work1 = y word
; Out: X = slot, C clear when no slot is free, ActorKind, ActorState, ActorXLow, ActorXHigh, ActorYLow, ActorYHigh, ActorVigor, ActorTimer, ActorFlash, ActorPose, ActorSpeedX, ActorSpeedY   Clobbers: Y
Actor_Spawn:
  LDX.b #!ACTOR_SLOTS-1
.search
  LDY.w ActorKind,X
  BEQ .free
  DEX
  BPL .search
  CLC
  RTL
.free
  STA.w ActorKind,X
  PHA
  TXY
  TAX
  LDA.l ActorKinds_Vigor,X
  STA.w ActorVigor,Y
  TYX
  LDA.b Work0
  STA.w ActorXLow,X
  LDA.b Work0+1
  STA.w ActorXHigh,X
  LDA.b Work1
  STA.w ActorYLow,X
  LDA.b Work1+1
  STA.w ActorYHigh,X
  STZ.w ActorState,X
  STZ.w ActorTimer,X
  STZ.w ActorFlash,X
  STZ.w ActorPose,X
  STZ.w ActorSpeedX,X
  STZ.w ActorSpeedY,X
  PLA
  SEC
  RTL

; Actor_SpawnSet
; Fills a room with one of the enemy sets: rows of kind, x and y in tiles, ended by kind zero.
; Entry: M=8 X=8   In: A = number of the set
; Out: the actor fields of the new creatures   Clobbers: A, X, Y, Work0, Work1, WorkPtr
Actor_SpawnSet:
  ASL A
  TAX
  REP #$20
  LDA.l EnemySets_List,X
  STA.b WorkPtr
  SEP #$20
  LDA.b #EnemySets_List>>16
  STA.b WorkPtr+2
.row
  LDA.b [WorkPtr]
  BEQ .done
  LDY #$01
  REP #$20
  LDA.b [WorkPtr],Y
  PHA
  AND #$001F
  ASL A
  ASL A
  ASL A
  STA.b Work0
  PLA
  XBA
  AND #$001F
  ASL A
  ASL A
  ASL A
  STA.b Work1
  LDA.b WorkPtr
  CLC
  ADC #$0003
  PHA
  SEP #$20
  LDA.b [WorkPtr]
  JSL Actor_Spawn
  REP #$20
  PLA
  STA.b WorkPtr
  SEP #$20
  BCS .row
.done
  RTL

; Actor_Move
; Adds a creature's speed to its place, both axes, with the sign carried into the high bytes.
; Entry: M=8 X=8   In: X = slot, ActorSpeedX, ActorSpeedY
; Out: ActorXLow, ActorXHigh, ActorYLow, ActorYHigh   Clobbers: A, Y
Actor_Move:
  LDY #$00
  LDA.w ActorSpeedX,X
  BPL .eastward
  DEY
.eastward
  CLC
  ADC.w ActorXLow,X
  STA.w ActorXLow,X
  TYA
  ADC.w ActorXHigh,X
  STA.w ActorXHigh,X
  LDY #$FF
  LDA.w ActorSpeedY,X
  BMI .northward
  INY
.northward
  CLC
  ADC.w ActorYLow,X
  STA.w ActorYLow,X
  TYA
  ADC.w ActorYHigh,X
  STA.w ActorYHigh,X
  RTL

; Actor_FacePlayer
; Gives the side on which the hero stands as seen by a creature, the longer axis deciding.
; Entry: M=8 X=8   In: X = slot, HeroX, HeroY
; Out: A = 0 north, 1 east, 2 south, 3 west   Clobbers: Work0, Work1
Actor_FacePlayer:
  LDA.w HeroX
  SEC
  SBC.w ActorXLow,X
  STA.b Work0
  BPL .x_size
  EOR #$FF
  INC A
.x_size
  STA.b Work0+1
  LDA.w HeroY
  SEC
  SBC.w ActorYLow,X
  STA.b Work1
  BPL .y_size
  EOR #$FF
  INC A
.y_size
  CMP.b Work0+1
  BCS .up_or_down
  LDA.b Work0
  ASL A
  LDA #$01
  BCC .faced
  LDA #$03
.faced
  RTL
.up_or_down
  LDA.b Work1
  ASL A
  LDA #$02
  BCC .faced
  LDA #$00
  RTL

; Actor_Hurt
; Takes damage from a creature unless it still blinks; at zero it dies and leaves what its kind drops.
; Entry: M=8 X=8   In: A = damage, X = slot
; Out: C set when it died, ActorVigor, ActorFlash, ActorKind, QuestBounty   Clobbers: A, Y
Actor_Hurt:
  LDY.w ActorFlash,X
  BNE .unharmed
  EOR #$FF
  SEC
  ADC.w ActorVigor,X
  BEQ .dead
  BCC .dead
  STA.w ActorVigor,X
  LDA #$10
  STA.w ActorFlash,X
.unharmed
  CLC
  RTL
.dead
  STZ.w ActorVigor,X
  LDA.w ActorKind,X
  CMP.b #!KIND_LURKCRAB
  BNE .no_bounty
  REP #$20
  LDA.l QuestBounty
  INC A
  STA.l QuestBounty
  SEP #$20
.no_bounty
  STZ.w ActorKind,X
  SEC
  RTL

; Actors_DrawAll
; Adds every creature inside the view to the object list, blinking ones every other frame.
; Entry: M=8 X=8   In: the actor fields, CameraX, CameraY, FrameCount
; Out: OamShadow, OamCursor, OamDropped   Clobbers: A, X, Y, Work0, Work1, Work2
Actors_DrawAll:
  LDX.b #!ACTOR_SLOTS-1
.slot
  LDA.w ActorKind,X
  BEQ .next
  LDA.w ActorFlash,X
  AND.b FrameCount
  LSR A
  BCS .next
  JSR Actor_OnScreen
  BCC .next
  STA.b Work2
  LDA.w ActorKind,X
  ASL A
  ASL A
  CLC
  ADC.w ActorPose,X
  PHX
  TAX
  LDA.l ActorKinds_Tiles,X
  STA.b Work1
  PLX
  LDY.w ActorKind,X
  PHX
  TYX
  LDA.l ActorKinds_Attributes,X
  STA.b Work1+1
  LDA.b Work2
  REP #$10
  JSL Oam_Put
  SEP #$10
  PLX
.next
  DEX
  BPL .slot
  RTL

; Actor_OnScreen
; Takes the camera from a creature's place and tells whether it is within the picture.
; Entry: M=8 X=8   In: X = slot, CameraX, CameraY
; Out: A = screen x, Work0 = screen y byte, C set when inside   Clobbers: Y
Actor_OnScreen:
  LDA.w ActorYLow,X
  SEC
  SBC.b CameraY
  STA.b Work0
  LDA.w ActorYHigh,X
  SBC.b CameraY+1
  BNE .outside
  LDA.b Work0
  CMP #$E0
  BCS .outside
  LDA.w ActorXLow,X
  SEC
  SBC.b CameraX
  TAY
  LDA.w ActorXHigh,X
  SBC.b CameraX+1
  BNE .outside
  TYA
  SEC
  RTS
.outside
  TYA
  CLC
  RTS
