; Water below ground. A sluice lets a room's water rise or fall by tiles.

; Sluice_Run
; Moves the water line by one tile whenever the flow has filled 64 frames, and stops at floor and ceiling.
; Entry: M=8 X=8   In: SluiceFlow, SluiceClock, RoomWater
; Out: SluiceClock, RoomWater, RoomFlags, SluiceFlow   Clobbers: A
Sluice_Run:
  LDA.w SluiceFlow
  BEQ .still
  BPL .size
  EOR #$FF
  INC A
.size
  CLC
  ADC.w SluiceClock
  STA.w SluiceClock
  CMP #$40
  BCC .still
  SBC #$40
  STA.w SluiceClock
  LDA.w SluiceFlow
  BMI .falls
  LDA.w RoomWater
  CMP #$1C
  BCS .stop
  INC A
  BRA .store
.falls
  LDA.w RoomWater
  BEQ .stop
  DEC A
.store
  STA.w RoomWater
  JSR Sluice_MarkFlooded
.still
  RTL
.stop
  STZ.w SluiceFlow
  STZ.w SluiceClock
  RTL

; Sluice_MarkFlooded
; Raises the flooded bit of the room once the water stands twelve tiles high and lowers it below.
; Entry: M=8 X=8   In: A = water line in tiles
; Out: RoomFlags   Clobbers: A
Sluice_MarkFlooded:
  CMP #$0C
  LDA #$02
  BCS .flooded
  TRB.w RoomFlags
  RTS
.flooded
  TSB.w RoomFlags
  RTS

; Sluice_Throw
; Reverses the flow of the room, or starts it at the speed a lever stands for when it was still.
; Entry: M=8 X=8   In: A = lever 0 to 15, SluiceFlow
; Out: SluiceFlow, EffectQueue   Clobbers: A, X
Sluice_Throw:
  AND #$07
  TAX
  LDA.w SluiceFlow
  BNE .reverse
  LDA.l Sluice_LeverFlow,X
  BRA .set
.reverse
  EOR #$FF
  INC A
.set
  STA.w SluiceFlow
  LDA.b #!SOUND_LEVER
  JSL Sound_Queue
  RTL

Sluice_LeverFlow:
  db 1, -1, 2, -2, 4, -4, 8, -8

; Sluice_LineY
; Turns the water line of the room into the screen line at which the tint begins.
; Entry: M=8 X=8   In: RoomWater
; Out: A = screen line 0 to 224   Clobbers: Work0
Sluice_LineY:
  LDA.w RoomWater
  CMP #$1C
  BCC .below_ceiling
  LDA #$1C
.below_ceiling
  ASL A
  ASL A
  ASL A
  STA.b Work0
  LDA #$E0
  SEC
  SBC.b Work0
  RTL

; Sluice_Equalise
; Works out the level two joined rooms settle at: the mean of both, rounded down.
; Entry: M=8 X=8   In: A = water of one room, Work0 = water of the other room byte
; Out: A = common level   Clobbers: none
Sluice_Equalise:
  CLC
  ADC.b Work0
  ROR A
  RTL

; Block_CanSlide
; Tells whether a salt block can be pushed onto a tile: floor or shallow water, and never while the room is flooded.
; Entry: M=8 X=8   In: A = ground kind of the tile, RoomFlags
; Out: C set when it can   Clobbers: A, X
Block_CanSlide:
  TAX
  LDA.w RoomFlags
  AND #$02
  BNE .floats
  CPX #$00
  BEQ .floor
  CPX #$02
  BEQ .floor
.floats
  CLC
  RTL
.floor
  SEC
  RTL
