; Brass keys, pilot lamps and bell tongues. Dungeon numbers are 0 to 3.

; Key_Add
; Puts one brass key on the ring of the present dungeon; a ring holds nine.
; Entry: M=8 X=8   In: DungeonId
; Out: C set when the key was taken, DungeonKeys, HudDirty   Clobbers: A, X
Key_Add:
  LDX.w DungeonId
  CPX #$04
  BCS .no_ring
  LDA.l DungeonKeys,X
  CMP #$09
  BCS .no_ring
  INC A
  STA.l DungeonKeys,X
  LDA #$08
  TSB.w HudDirty
  SEC
  RTL
.no_ring
  CLC
  RTL

; Key_Spend
; Takes one brass key off the ring of the present dungeon.
; Entry: M=8 X=8   In: DungeonId
; Out: C set when there was a key, DungeonKeys, HudDirty   Clobbers: A, X
Key_Spend:
  LDX.w DungeonId
  CPX #$04
  BCS .outside
  LDA.l DungeonKeys,X
  BEQ .outside
  DEC A
  STA.l DungeonKeys,X
  LDA #$08
  TSB.w HudDirty
  SEC
  RTL
.outside
  CLC
  RTL

; Room_BitOf
; Finds byte and bit of the present room in a table of four bytes a dungeon.
; Entry: M=8 X=8   In: RoomId, DungeonId
; Out: X = byte offset 0 to 15, A = mask with one bit   Clobbers: Work0
Room_BitOf:
  LDA.w RoomId
  AND #$07
  TAX
  LDA.l Timer_EventMask,X
  PHA
  LDA.w DungeonId
  AND #$03
  ASL A
  ASL A
  STA.b Work0
  LDA.w RoomId
  AND #$18
  LSR A
  LSR A
  LSR A
  ORA.b Work0
  TAX
  PLA
  RTL

; Chest_Open
; Empties the sea chest of the present room once and for all.
; Entry: M=8 X=8   In: RoomId, DungeonId, DungeonChests
; Out: C set when the chest was still full, DungeonChests   Clobbers: A, X, Work0, Work1
Chest_Open:
  JSL Room_BitOf
  STA.b Work1
  AND.l DungeonChests,X
  BNE .empty
  LDA.l DungeonChests,X
  ORA.b Work1
  STA.l DungeonChests,X
  SEC
  RTL
.empty
  CLC
  RTL

; Tongue_Win
; Hangs the bell tongue of the present dungeon in the belfry and moves the story to the chapter that follows from their number.
; Entry: M=8 X=8   In: DungeonId, BellTongues, QuestStep
; Out: BellTongues, QuestStep, X = tongues won   Clobbers: A, Work0
Tongue_Win:
  LDA.w DungeonId
  AND #$03
  TAX
  LDA.l Timer_EventMask,X
  ORA.l BellTongues
  STA.l BellTongues
  JSL Math_CountBits
  LDA.l .chapter,X
  CMP.l QuestStep
  BCC .further_already
  STA.l QuestStep
.further_already
  RTL
.chapter
  db 0, 3, 5, 6, 8

; Warden_Free
; Brings a drowned warden home; the eighth one gives the hero moon-tempered steel.
; Entry: M=8 X=8   In: A = warden 0 to 7, WardensFreed, HasBlade
; Out: WardensFreed, HasBlade, HeroBlade, C set when all eight are home   Clobbers: A, X
Warden_Free:
  TAX
  LDA.l Timer_EventMask,X
  ORA.l WardensFreed
  STA.l WardensFreed
  CMP #$FF
  BCC .some_missing
  LDA #$03
  STA.l HasBlade
  STA.w HeroBlade
.some_missing
  RTL
