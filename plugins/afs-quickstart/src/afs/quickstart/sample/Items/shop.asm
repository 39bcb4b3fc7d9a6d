; Shops and the purse. Every price and the purse are packed decimal.

; Purse_Earn
; Lets the purse grow: the goal rises by an amount and the counter on the status bar rolls after it.
; Entry: M=8 X=8   In: Work0 = packed decimal amount word, LogShellGoal
; Out: LogShellGoal, HudDirty, C set when the purse is full   Clobbers: A
Purse_Earn:
  REP #$30
  LDA.l LogShellGoal
  JSL Decimal_AddCapped
  STA.l LogShellGoal
  SEP #$30
  LDA #$02
  TSB.w HudDirty
  RTL

; Purse_Spend
; Takes an amount from the goal of the purse when it is covered.
; Entry: M=8 X=8   In: Work0 = packed decimal amount word, LogShellGoal
; Out: C set when paid, LogShellGoal, HudDirty   Clobbers: A
Purse_Spend:
  REP #$30
  LDA.l LogShellGoal
  JSL Decimal_Take
  STA.l LogShellGoal
  SEP #$30
  LDA #$02
  TSB.w HudDirty
  RTL

; Shop_RowOf
; Points at the row under the cursor in the list of the open shop.
; Entry: M=8 X=8   In: ShopOpen, ShopCursor
; Out: WorkPtr = long address of the row, C clear when no shop is open   Clobbers: A, X
Shop_RowOf:
  LDA.w ShopOpen
  CMP #$03
  BCS .closed
  ASL A
  TAX
  LDA.b #Shop_Lists>>16
  STA.b WorkPtr+2
  LDA.w ShopCursor
  REP #$20
  AND #$0007
  ASL A
  ASL A
  CLC
  ADC.l Shop_Lists,X
  STA.b WorkPtr
  SEP #$20
  SEC
  RTL
.closed
  CLC
  RTL

; Shop_Price
; Reads the price under the cursor and takes a tenth off once Dame Orrin has her ledger back.
; Entry: M=8 X=8   In: ShopOpen, ShopCursor, QuestOrrin
; Out: Work0 = packed decimal price word, C clear when no shop is open   Clobbers: A, X, Y, WorkPtr
Shop_Price:
  JSL Shop_RowOf
  BCC .closed
  LDY #$01
  REP #$20
  LDA.b [WorkPtr],Y
  STA.b Work0
  SEP #$20
  LDA.l QuestOrrin
  CMP #$03
  BNE .full_price
  REP #$30
  LDA.b Work0
  PHA
  LSR A
  LSR A
  LSR A
  LSR A
  STA.b Work0
  PLA
  JSL Decimal_Take
  STA.b Work0
  SEP #$30
.full_price
  SEC
.closed
  RTL

; Shop_Buy
; Buys the row under the cursor: price from the purse, goods to the pack or the counters; refuses what is not covered.
; Entry: M=8 X=8   In: ShopOpen, ShopCursor, LogShellGoal
; Out: C set when bought, LogShellGoal, PackSlots, PackCount, LogOil, LogSalt, LogBait, HudDirty, EffectQueue   Clobbers: A, X, Y, Work0, WorkPtr
Shop_Buy:
  JSL Shop_Price
  BCC .refused
  JSL Purse_Spend
  BCC .poor
  LDA.b [WorkPtr]
  CMP.b #!ITEM_BRINE_POT
  BEQ .pots
  CMP.b #!ITEM_BAIT
  BEQ .bait
  CMP.b #!ITEM_OIL
  BEQ .oil
  JSL Pack_Add
  BRA .sold
.pots
  LDX #$01
  BRA .counted
.bait
  LDX #$02
  BRA .counted
.oil
  LDX #$00
.counted
  LDA.l .bundle,X
  JSL Item_Give
.sold
  LDA.b #!SOUND_COIN
  JSL Sound_Queue
  SEC
  RTL
.poor
  LDA.b #!SOUND_DENY
  JSL Sound_Queue
  CLC
.refused
  RTL
.bundle
  db 24, 5, 10

; Shop_MoveCursor
; Moves the cursor through the list with up and down and wraps at both ends.
; Entry: M=8 X=8   In: PadPressed, ShopOpen, ShopCursor
; Out: ShopCursor   Clobbers: A, X
Shop_MoveCursor:
  LDX.w ShopOpen
  CPX #$03
  BCS .closed
  LDA.b PadPressed+1
  AND.b #!PAD_UP>>8
  BNE .up
  LDA.b PadPressed+1
  AND.b #!PAD_DOWN>>8
  BEQ .closed
  LDA.w ShopCursor
  INC A
  CMP.l Shop_RowCounts,X
  BCC .store
  LDA #$00
  BRA .store
.up
  LDA.w ShopCursor
  DEC A
  BPL .store
  LDA.l Shop_RowCounts,X
  DEC A
.store
  STA.w ShopCursor
.closed
  RTL

Shop_Lists:
  dw Shop_Orrin
  dw Shop_FerryStall
  dw Shop_SaltCellar

Shop_RowCounts:
  db 5, 3, 4

Shop_Orrin:
  %shop_row(!ITEM_OIL, $0020, 9)
  %shop_row(!ITEM_BAIT, $0015, 9)
  %shop_row(!ITEM_BRINE_POT, $0045, 4)
  %shop_row(!ITEM_LANTERN, $0120, 1)
  %shop_row(!ITEM_ROD, $0260, 1)

Shop_FerryStall:
  %shop_row(!ITEM_BAIT, $0012, 20)
  %shop_row(!ITEM_OIL, $0028, 3)
  %shop_row(!ITEM_FEATHER, $0080, 1)

Shop_SaltCellar:
  %shop_row(!ITEM_BRINE_POT, $0038, 12)
  %shop_row(!ITEM_OIL, $0024, 6)
  %shop_row(!ITEM_SHARD, $0900, 1)
  %shop_row(!ITEM_HOOK, $0650, 1)
