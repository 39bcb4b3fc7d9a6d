; Rooms: entering, sliding from one to the next, ground under a pixel, breath.

; Rooms_Enter
; Loads the header of a room, sets water, flags and doors from it and clears the creatures and shots of the last one.
; Entry: M=8 X=8   In: A = room number 0 to 31, DungeonId
; Out: RoomId, RoomWater, RoomFlags, RoomDoors, RoomLock, SluiceFlow, ActorKind, ActorCount, ShotKind, SongNext   Clobbers: A, X, Y, Work0, WorkPtr
Rooms_Enter:
  STA.w RoomId
  LDX.b #!ACTOR_SLOTS-1
.free_actor
  STZ.w ActorKind,X
  DEX
  BPL .free_actor
  STZ.w ActorCount
  LDX.b #!SHOT_SLOTS-1
.free_shot
  STZ.w ShotKind,X
  DEX
  BPL .free_shot
  JSL Rooms_HeaderOf
  LDY #$00
  LDA.b [WorkPtr],Y
  STA.w RoomFlags
  INY
  LDA.b [WorkPtr],Y
  STA.w RoomWater
  INY
  LDA.b [WorkPtr],Y
  STA.w SluiceFlow
  INY
  LDA.b [WorkPtr],Y
  STA.w SongNext
  INY
  LDA.b [WorkPtr],Y
  STA.w RoomDoors
  INY
  LDA.b [WorkPtr],Y
  STA.w RoomLock
  JSL Door_RestoreUnlocked
  RTL

; Rooms_HeaderOf
; Points at the eight-byte header of the present room; outside the four dungeons every room uses the shore's header.
; Entry: M=8 X=8   In: RoomId, DungeonId
; Out: WorkPtr = long address of the header   Clobbers: A, X
Rooms_HeaderOf:
  LDA.b #RoomHeaders_Shore>>16
  STA.b WorkPtr+2
  LDA.w DungeonId
  CMP #$04
  BCS .shore
  ASL A
  TAX
  REP #$20
  LDA.w RoomId
  AND #$001F
  ASL A
  ASL A
  ASL A
  ADC.l RoomHeaders_ByDungeon,X
  STA.b WorkPtr
  SEP #$20
  RTL
.shore
  REP #$20
  LDA.w #RoomHeaders_Shore
  STA.b WorkPtr
  SEP #$20
  RTL

; Rooms_Neighbour
; Names the room next door on the eight by four floor plan.
; Entry: M=8 X=8   In: A = side 0 north, 1 east, 2 south, 3 west, RoomId
; Out: A = room number, C clear when the plan ends on that side   Clobbers: X, Work0
Rooms_Neighbour:
  TAX
  LDA.w RoomId
  AND #$1F
  STA.b Work0
  CPX #$01
  BEQ .east
  BCC .north
  CPX #$03
  BEQ .west
  CMP #$18
  BCS .edge
  ADC #$08
  SEC
  RTL
.north
  SEC
  SBC #$08
  BCC .edge
  RTL
.east
  INC A
  BIT #$07
  BEQ .edge
  SEC
  RTL
.west
  BIT #$07
  BEQ .edge
  DEC A
  SEC
  RTL
.edge
  LDA.b Work0
  CLC
  RTL

; Rooms_ExitSide
; Finds the side by which the hero stands outside the 256 by 224 room, if any.
; Entry: M=16 X=8   In: HeroX, HeroY
; Out: X = side 0 north, 1 east, 2 south, 3 west, C set when the hero is outside   Clobbers: A
Rooms_ExitSide:
  LDX #$00
  LDA.w HeroY
  BMI .outside
  LDX #$02
  CMP #$00D1
  BCS .leaves
  LDX #$03
  LDA.w HeroX
  BMI .outside
  LDX #$01
  CMP #$00F1
.leaves
  RTL
.outside
  SEC
  RTL

; Rooms_StartSlide
; Begins the slide into the neighbouring room when its door is open and the plan has a room there.
; Entry: M=8 X=8   In: A = side, RoomDoors, RoomId
; Out: C set when the slide began, RoomExit, RoomNext, RoomSlide   Clobbers: A, X, Work0
Rooms_StartSlide:
  STA.w RoomExit
  TAX
  LDA.l Door_SideMask,X
  AND.w RoomDoors
  BEQ .shut
  TXA
  JSL Rooms_Neighbour
  BCC .shut
  STA.w RoomNext
  REP #$20
  LDA #$0100
  CPX #$01
  BEQ .sideways
  CPX #$03
  BEQ .sideways
  LDA #$00E0
.sideways
  STA.w RoomSlide
  SEP #$20
  SEC
  RTL
.shut
  CLC
  RTL

; Rooms_Slide
; Moves the view by eight pixels of a running slide and enters the new room at its end.
; Entry: M=8 X=8   In: RoomSlide, RoomExit, RoomNext
; Out: C set while the slide runs, RoomSlide, CameraX, CameraY, HeroX, HeroY, and what Rooms_Enter sets   Clobbers: A, X, Y, Work0, WorkPtr
Rooms_Slide:
  REP #$20
  LDA.w RoomSlide
  BEQ .idle
  SEC
  SBC #$0008
  BCS .moving
  LDA #$0000
.moving
  STA.w RoomSlide
  LDX.w RoomExit
  BEQ .north
  CPX #$02
  BEQ .south
  BCS .west
  LDA.b CameraX
  CLC
  ADC #$0008
  STA.b CameraX
  BRA .moved
.west
  LDA.b CameraX
  SEC
  SBC #$0008
  STA.b CameraX
  BRA .moved
.north
  LDA.b CameraY
  SEC
  SBC #$0008
  STA.b CameraY
  BRA .moved
.south
  LDA.b CameraY
  CLC
  ADC #$0008
  STA.b CameraY
.moved
  SEP #$20
  LDA.w RoomSlide
  ORA.w RoomSlide+1
  BNE .running
  LDA.w RoomNext
  JSL Rooms_Enter
  JSL Rooms_PlaceHero
.running
  SEC
  RTL
.idle
  SEP #$20
  CLC
  RTL

; Rooms_PlaceHero
; Stands the hero just inside the side opposite to the one he left by, and puts the view back to the room's corner.
; Entry: M=8 X=8   In: RoomExit
; Out: HeroX or HeroY, CameraX = 0, CameraY = 0   Clobbers: A, X
Rooms_PlaceHero:
  LDA.w RoomExit
  AND #$03
  ASL A
  TAX
  REP #$20
  LDA.l .inside,X
  STZ.b CameraX
  STZ.b CameraY
  CPX #$02
  BEQ .across
  CPX #$06
  BEQ .across
  STA.w HeroY
  BRA .stands
.across
  STA.w HeroX
.stands
  SEP #$20
  RTL
.inside
  dw $00C8, $0008, $0010, $00E8

; Rooms_TileAt
; Reads the tile number under a pixel of the room; rows are 64 bytes of 32 tiles.
; Entry: M=16 X=16   In: Work0 = x in pixels 0 to 255, Work1 = y in pixels 0 to 255
; Out: A = tile word   Clobbers: X
Rooms_TileAt:
  LDA.b Work1
  AND #$00F8
  ASL A
  ASL A
  ASL A
  PHA
  LDA.b Work0
  AND #$00F8
  LSR A
  LSR A
  ORA $01,S
  TAX
  PLA
  LDA.l RoomTiles,X
  RTL

; Rooms_GroundKind
; Sorts a tile into ground kinds: 0 floor, 1 wall, 2 shallow, 3 deep, 4 kelp, 5 pit.
; Entry: M=8 X=8   In: A = tile number low byte
; Out: A = ground kind   Clobbers: X
Rooms_GroundKind:
  LDX #$00
.limit
  CMP.l Rooms_GroundLimits,X
  BCC .found
  INX
  CPX #$05
  BNE .limit
.found
  LDA.l Rooms_GroundOrder,X
  RTL

Rooms_GroundLimits:
  db $40, $98, $B0, $C8, $E0

Rooms_GroundOrder:
  db 0, 1, 4, 2, 3, 5

; Rooms_MosaicStep
; Grows the mosaic for the first sixteen frames of a warp and shrinks it for the next sixteen.
; Entry: M=8 X=8   In: A = frame of the warp 0 to 31
; Out: A = register value with all four layers, MosaicSize   Clobbers: none
Rooms_MosaicStep:
  CMP #$10
  BCC .growing
  EOR #$1F
.growing
  AND #$0F
  STA.w MosaicSize
  ASL A
  ASL A
  ASL A
  ASL A
  ORA #$0F
  RTL

; Hero_Breathe
; Spends breath under water (a quarter of it with the diving bell) and one quarter pearl whenever it is gone; dry land gives it back.
; Entry: M=8 X=8   In: RoomFlags, RoomWater, FrameCount, HasDivingBell
; Out: HeroBreath, HeroVigor, HudDirty   Clobbers: A
Hero_Breathe:
  LDA.b FrameCount
  AND #$07
  BNE .done
  LDA.w RoomFlags
  AND #$02
  BEQ .surface
  LDA.w RoomWater
  CMP #$0C
  BCC .surface
  LDA.l HasDivingBell
  BEQ .spend
  LDA.b FrameCount
  AND #$18
  BNE .done
.spend
  LDA.w HeroBreath
  BEQ .drowning
  DEC.w HeroBreath
.done
  RTL
.surface
  LDA #$40
  STA.w HeroBreath
  RTL
.drowning
  LDA.w HeroVigor
  BEQ .done
  DEC.w HeroVigor
  LDA #$01
  TSB.w HudDirty
  RTL
