; Doors. A room has four sides; a side is open, locked with brass, or wall.

; Door_SideMask: bit of each side, north first.
Door_SideMask:
  db $01, $02, $04, $08

; Door_Opposite
; Names the side that faces a side from the other room.
; Entry: M=8 X=8   In: A = side 0 to 3
; Out: A = opposite side   Clobbers: none
Door_Opposite:
  EOR #$02
  RTL

; Door_TryUnlock
; Opens a brass lock with a key: the room is remembered as unlocked and its locked sides stand open.
; Entry: M=8 X=8   In: A = side 0 to 3, RoomLock, RoomDoors, DungeonId, RoomId
; Out: C set when the lock opened, RoomDoors, RoomLock, DungeonDoors, DungeonKeys, HudDirty, EffectQueue   Clobbers: A, X, Work0, Work1
Door_TryUnlock:
  TAX
  LDA.l Door_SideMask,X
  AND.w RoomLock
  BEQ .no_lock
  JSL Key_Spend
  BCC .no_key
  JSL Room_BitOf
  STA.b Work1
  LDA.l DungeonDoors,X
  ORA.b Work1
  STA.l DungeonDoors,X
  LDA.w RoomLock
  TSB.w RoomDoors
  STZ.w RoomLock
  LDA.b #!SOUND_LOCK
  JSL Sound_Queue
  SEC
  RTL
.no_key
  LDA.b #!SOUND_DENY
  JSL Sound_Queue
  CLC
.no_lock
  CLC
  RTL

; Door_RestoreUnlocked
; Opens the locked sides of a room that was unlocked on an earlier visit.
; Entry: M=8 X=8   In: RoomId, DungeonId, RoomLock, DungeonDoors
; Out: RoomDoors, RoomLock   Clobbers: A, X, Work0
Door_RestoreUnlocked:
  LDA.w DungeonId
  CMP #$04
  BCS .outdoors
  JSL Room_BitOf
  AND.l DungeonDoors,X
  BEQ .outdoors
  LDA.w RoomLock
  TSB.w RoomDoors
  STZ.w RoomLock
.outdoors
  RTL

; Door_SealForFight
; Shuts every door while creatures live in a sealed room and opens them again after the last one.
; Entry: M=8 X=8   In: RoomFlags, ActorCount, RoomDoors
; Out: RoomDoors, RoomLock, RoomFlags, C set while the room is sealed   Clobbers: A, X, Y, Work0, WorkPtr
Door_SealForFight:
  LDA.w RoomFlags
  AND #$04
  BEQ .ordinary
  LDA.w ActorCount
  BEQ .won
  STZ.w RoomDoors
  SEC
  RTL
.won
  JSL Rooms_HeaderOf
  LDY #$04
  LDA.b [WorkPtr],Y
  STA.w RoomDoors
  INY
  LDA.b [WorkPtr],Y
  STA.w RoomLock
  LDA #$04
  TRB.w RoomFlags
  JSL Door_RestoreUnlocked
.ordinary
  CLC
  RTL

; Door_TideGate
; Decides whether a tide gate lets the hero through: some open at flood, some at ebb, all between their two marks.
; Entry: M=8 X=8   In: A = gate 0 to 4, TideLevel
; Out: C set when the gate is open   Clobbers: A, X
Door_TideGate:
  ASL A
  TAX
  LDA.w TideLevel
  CMP.l Door_TideMarks,X
  BCC .under_low_mark
  LDA.l Door_TideMarks+1,X
  CMP.w TideLevel
.under_low_mark
  RTL

; Lowest and highest sea level of each gate: cistern mouth, causeway, light cellar, foundry race, vault stair.
Door_TideMarks:
  db 0, 2
  db 0, 1
  db 3, 5
  db 5, 7
  db 7, 7
