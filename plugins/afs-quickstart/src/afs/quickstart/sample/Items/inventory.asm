; The pack: twenty cells, counters for what is carried in numbers, and the tool
; on the Y button.

; Pack_Add
; Puts an item into the first empty cell unless the pack already shows it.
; Entry: M=8 X=8   In: A = item number 1 to 15
; Out: C set when the pack shows it, C clear when it is full, PackSlots, PackCount   Clobbers: X, Y
Pack_Add:
  JSL Pack_Find
  BCS .shown
  LDX #$00
.cell
  LDY.w PackSlots,X
  BEQ .empty
  INX
  CPX.b #!PACK_SLOTS
  BNE .cell
  CLC
  RTL
.empty
  STA.w PackSlots,X
  INC.w PackCount
  SEC
.shown
  RTL

; Pack_Find
; Looks for an item in the pack.
; Entry: M=8 X=8   In: A = item number, PackSlots
; Out: C set when found, X = cell 0 to 19, or 255 when it is missing   Clobbers: none
Pack_Find:
  LDX.b #!PACK_SLOTS-1
.cell
  CMP.w PackSlots,X
  BEQ .found
  DEX
  BPL .cell
  CLC
.found
  RTL

; Pack_Remove
; Takes an item out and closes the gap, so that the cells stay in the player's order.
; Entry: M=8 X=8   In: A = item number
; Out: C set when it was there, PackSlots, PackCount, ToolOnY   Clobbers: A, X
Pack_Remove:
  JSL Pack_Find
  BCC .missing
  CMP.w ToolOnY
  BNE .close_gap
  STZ.w ToolOnY
.close_gap
  CPX.b #!PACK_SLOTS-1
  BEQ .last_cell
  LDA.w PackSlots+1,X
  STA.w PackSlots,X
  INX
  BRA .close_gap
.last_cell
  STZ.w PackSlots,X
  DEC.w PackCount
  SEC
.missing
  RTL

; Pack_Swap
; Exchanges two cells, as the player does when he arranges the pack.
; Entry: M=8 X=8   In: X = one cell, Y = other cell
; Out: PackSlots   Clobbers: A
Pack_Swap:
  LDA.w PackSlots,X
  PHA
  LDA.w PackSlots,Y
  STA.w PackSlots,X
  PLA
  STA.w PackSlots,Y
  RTL

; Pack_Sort
; Sorts the cells by item number with empty ones last, by straight insertion.
; Entry: M=8 X=8   In: PackSlots
; Out: PackSlots   Clobbers: A, X, Y, Work0
Pack_Sort:
  LDY #$01
.card
  LDA.w PackSlots,Y
  STA.b Work0
  DEC A
  STA.b Work0+1
  TYX
.sift
  LDA.w PackSlots-1,X
  DEC A
  CMP.b Work0+1
  BCC .place
  BEQ .place
  INC A
  STA.w PackSlots,X
  DEX
  BNE .sift
.place
  LDA.b Work0
  STA.w PackSlots,X
  INY
  CPY.b #!PACK_SLOTS
  BNE .card
  RTL

; Pack_Store
; Writes the order of the pack into the log.
; Entry: M=8 X=8   In: PackSlots
; Out: PackOrder   Clobbers: A, X
Pack_Store:
  LDX.b #!PACK_SLOTS-1
.cell
  LDA.w PackSlots,X
  STA.l PackOrder,X
  DEX
  BPL .cell
  RTL

; Pack_Rebuild
; Fills the pack from the log, drops numbers that are no item, and counts the cells.
; Entry: M=8 X=8   In: PackOrder
; Out: PackSlots, PackCount, ToolOnY = 0   Clobbers: A, X, Y
Pack_Rebuild:
  LDX #$00
  TXY
  STZ.w ToolOnY
.cell
  LDA.l PackOrder,X
  BEQ .skip
  CMP.b #!ITEM_COUNT
  BCS .skip
  STA.w PackSlots,Y
  INY
.skip
  INX
  CPX.b #!PACK_SLOTS
  BNE .cell
  STY.w PackCount
  LDA #$00
.rest
  CPY.b #!PACK_SLOTS
  BEQ .full
  STA.w PackSlots,Y
  INY
  BRA .rest
.full
  RTL

; Item_Give
; Adds to a counted item (oil, pots, bait) up to what can be carried.
; Entry: M=8 X=8   In: A = amount, X = counter 0 oil, 1 brine pots, 2 bait
; Out: C set when something had to be left behind, LogOil, LogSalt, LogBait   Clobbers: A
Item_Give:
  CLC
  ADC.l LogOil,X
  BCS .overflow
  CMP.l Item_Limits,X
  BCC .fits
  BEQ .exact
.overflow
  LDA.l Item_Limits,X
  STA.l LogOil,X
  SEC
  RTL
.exact
  CLC
.fits
  STA.l LogOil,X
  RTL

; Item_Use
; Takes a number of a counted item, or nothing when there are fewer.
; Entry: M=8 X=8   In: A = amount, X = counter 0 oil, 1 brine pots, 2 bait
; Out: C set when taken, LogOil, LogSalt, LogBait   Clobbers: A, Work0
Item_Use:
  STA.b Work0
  LDA.l LogOil,X
  SEC
  SBC.b Work0
  BCC .too_few
  STA.l LogOil,X
.too_few
  RTL

Item_Limits:
  db !OIL_MAX, 30, 50

; Shard_Collect
; Adds one pearl shard; the fourth becomes a pearl, heals the hero and raises the limit unless it is at twenty.
; Entry: M=8 X=8   In: LogPearlShards, HeroVigorMax
; Out: C set when a pearl was made, LogPearlShards, HeroVigorMax, HeroVigor, HudDirty   Clobbers: A
Shard_Collect:
  LDA.l LogPearlShards
  INC A
  AND #$03
  STA.l LogPearlShards
  CMP #$01
  BCS .not_yet
  LDA.w HeroVigorMax
  CMP.b #!PEARLS_MAX*!VIGOR_PER_PEARL
  BCS .at_limit
  ADC.b #!VIGOR_PER_PEARL
  STA.w HeroVigorMax
.at_limit
  LDA.w HeroVigorMax
  STA.w HeroVigor
  LDA #$01
  TSB.w HudDirty
  SEC
  RTL
.not_yet
  CLC
  RTL

; Letter_Deliver
; Marks a bottle letter as delivered and counts how many are.
; Entry: M=8 X=8   In: A = letter 0 to 7, QuestLetters
; Out: X = letters delivered, C set when this one was new, QuestLetters   Clobbers: A, Y, Work0
Letter_Deliver:
  TAX
  LDA.l Timer_EventMask,X
  STA.b Work0
  LDA.l QuestLetters
  TAY
  ORA.b Work0
  STA.l QuestLetters
  TYA
  AND.b Work0
  PHA
  LDA.l QuestLetters
  JSL Math_CountBits
  PLA
  BNE .known
  SEC
  RTL
.known
  CLC
  RTL
