; The status bar: pearls, shells, oil, keys.

; Hud_RollShells
; Lets the shown purse run toward the real one by at most eleven shells a frame, with a coin sound every fourth frame.
; Entry: M=8 X=8   In: HudShells, LogShellGoal, FrameCount
; Out: HudShells, LogShells, HudDirty, EffectQueue   Clobbers: A, X, Work0
Hud_RollShells:
  REP #$30
  LDA.l LogShellGoal
  STA.l LogShells
  CMP.w HudShells
  BEQ .level
  BCC .falls
  LDA.w HudShells
  LDX #$0011
  STX.b Work0
  JSL Decimal_AddCapped
  CMP.l LogShells
  BCC .shown
  LDA.l LogShells
  BRA .shown
.falls
  LDA #$0011
  STA.b Work0
  LDA.w HudShells
  JSL Decimal_Take
  BCC .snap
  CMP.l LogShells
  BCS .shown
.snap
  LDA.l LogShells
.shown
  STA.w HudShells
  SEP #$30
  LDA #$02
  TSB.w HudDirty
  LDA.b FrameCount
  AND #$03
  BNE .level
  LDA.b #!SOUND_COIN
  JSL Sound_Queue
.level
  SEP #$30
  RTL

; Hud_DrawPearls
; Writes the row of pearls: full, three quarters, half, one quarter or empty, two rows of ten.
; Entry: M=8 X=8   In: HeroVigor, HeroVigorMax
; Out: HudTiles   Clobbers: A, X, Work0, Work1
Hud_DrawPearls:
  LDA.w HeroVigor
  STA.b Work0
  LDA.w HeroVigorMax
  LSR A
  LSR A
  STA.b Work1
  LDX #$00
.pearl
  CPX.b #!PEARLS_MAX*2
  BEQ .done
  LDA.b Work1
  BEQ .no_pearl
  DEC.b Work1
  LDA.b Work0
  CMP #$04
  BCC .partial
  SBC #$04
  STA.b Work0
  LDA #$34
  BRA .place
.partial
  STZ.b Work0
  CLC
  ADC #$30
  BRA .place
.no_pearl
  LDA #$2F
.place
  STA.l HudTiles,X
  LDA #$24
  STA.l HudTiles+1,X
  INX
  INX
  BRA .pearl
.done
  RTL

; Hud_DrawShells
; Writes the four digits of the shown purse.
; Entry: M=8 X=8   In: HudShells
; Out: HudTiles   Clobbers: A, X, Work0, Work1, Work2
Hud_DrawShells:
  LDX.w HudShells
  STX.b Work0
  LDX.w HudShells+1
  STX.b Work0+1
  JSL Decimal_Unpack
  LDX #$03
.digit
  LDA.b Work1,X
  JSR Hud_DigitTile
  PHX
  PHA
  TXA
  ASL A
  TAX
  PLA
  STA.l HudTiles+48,X
  PLX
  DEX
  BPL .digit
  RTL

; Hud_DigitTile
; Turns a decimal digit into the number of its tile.
; Entry: M=8 X=8   In: A = digit 0 to 9
; Out: A = tile number   Clobbers: none
Hud_DigitTile:
  AND #$0F
  ORA #$10
  RTS

; Hud_DrawOil
; Writes the oil gauge of six cells, each worth sixteen drams in eight steps.
; Entry: M=8 X=8   In: LogOil
; Out: HudTiles   Clobbers: A, X, Work0
Hud_DrawOil:
  LDA.l LogOil
  LSR A
  STA.b Work0
  LDX #$00
.cell
  LDA.b Work0
  CMP #$08
  BCS .whole
  STZ.b Work0
  BRA .tile
.whole
  SBC #$08
  STA.b Work0
  LDA #$08
.tile
  CLC
  ADC #$50
  STA.l HudTiles+64,X
  INX
  INX
  CPX #$0C
  BNE .cell
  RTL

; Hud_DrawKeys
; Writes the number of brass keys on the ring of this dungeon, or a blank outside.
; Entry: M=8 X=8   In: DungeonId, DungeonKeys
; Out: HudTiles   Clobbers: A, X
Hud_DrawKeys:
  LDX.w DungeonId
  CPX #$04
  BCC .below
  LDA #$2E
  BRA .write
.below
  LDA.l DungeonKeys,X
  JSR Hud_DigitTile
.write
  STA.l HudTiles+80
  RTL

; Hud_Refresh
; Redraws the parts of the status bar that changed and queues its 128 bytes for video memory.
; Entry: M=8 X=8   In: HudDirty
; Out: HudTiles, HudDirty = 0, DmaCount, DmaBytes, DmaSourceLow, DmaSourceBank, DmaTarget, DmaLength   Clobbers: A, X, Y, Work0, Work1, Work2
Hud_Refresh:
  LDA.w HudDirty
  BEQ .clean
  LSR A
  PHA
  BCC .no_pearls
  JSL Hud_DrawPearls
.no_pearls
  PLA
  LSR A
  PHA
  BCC .no_shells
  JSL Hud_DrawShells
.no_shells
  PLA
  LSR A
  PHA
  BCC .no_oil
  JSL Hud_DrawOil
.no_oil
  PLA
  LSR A
  BCC .send
  JSL Hud_DrawKeys
.send
  STZ.w HudDirty
  REP #$20
  LDA.w #HudTiles
  STA.b Work0
  LDA #$5C00
  STA.b Work1
  LDA #$0080
  STA.b Work2
  LDX #$7E
  JSL Dma_Queue
  SEP #$20
.clean
  RTL
