; The pack screen: a grid of five columns and four rows.

; Grid_Move
; Moves the cursor over the grid by the fresh directions; columns and rows wrap.
; Entry: M=8 X=8   In: PadPressed, GridColumn, GridRow
; Out: GridColumn, GridRow   Clobbers: A, X
Grid_Move:
  LDA.b PadPressed+1
  LSR A
  BCC .not_right
  LDX.w GridColumn
  INX
  CPX #$05
  BCC .column_right
  LDX #$00
.column_right
  STX.w GridColumn
.not_right
  LSR A
  BCC .not_left
  LDX.w GridColumn
  DEX
  BPL .column_left
  LDX #$04
.column_left
  STX.w GridColumn
.not_left
  LSR A
  BCC .not_down
  PHA
  LDA.w GridRow
  INC A
  AND #$03
  STA.w GridRow
  PLA
.not_down
  LSR A
  BCC .not_up
  LDA.w GridRow
  DEC A
  AND #$03
  STA.w GridRow
.not_up
  RTL

; Grid_CellOf
; Works out the number of the cell under the cursor.
; Entry: M=8 X=8   In: GridColumn, GridRow
; Out: X = cell 0 to 19   Clobbers: A
Grid_CellOf:
  LDA.w GridRow
  ASL A
  ASL A
  ADC.w GridRow
  ADC.w GridColumn
  TAX
  RTL

; Grid_AssignTool
; Puts the tool under the cursor on the Y button; what is no tool makes the deny sound.
; Entry: M=8 X=8   In: GridColumn, GridRow, PackSlots
; Out: C set when assigned, ToolOnY, EffectQueue   Clobbers: A, X
Grid_AssignTool:
  JSL Grid_CellOf
  LDA.w PackSlots,X
  AND #$0F
  TAX
  LDA.l Item_IsTool,X
  BEQ .no_tool
  STX.w ToolOnY
  LDA.b #!SOUND_PAGE
  JSL Sound_Queue
  SEC
  RTL
.no_tool
  LDA.b #!SOUND_DENY
  JSL Sound_Queue
  CLC
  RTL

; Grid_CursorPixel
; Gives the place of the cursor frame on the screen: cells are 32 by 28 pixels from 48, 56.
; Entry: M=8 X=8   In: GridColumn, GridRow
; Out: A = screen x, Work0 = screen y byte   Clobbers: X
Grid_CursorPixel:
  LDX.w GridRow
  LDA.l .row_line,X
  STA.b Work0
  LDA.w GridColumn
  ASL A
  ASL A
  ASL A
  ASL A
  ASL A
  ADC #$30
  RTL
.row_line
  db 56, 84, 112, 140

; Grid_IconOf
; Reads the icon of the item in a cell, greyed when it cannot be used here.
; Entry: M=16 X=8   In: X = cell, PackSlots, RoomFlags
; Out: A = tile and attribute word   Clobbers: X
Grid_IconOf:
  LDA.w PackSlots,X
  AND #$000F
  ASL A
  TAX
  LDA.w RoomFlags
  AND #$0002
  BEQ .dry
  CPX.b #!ITEM_LANTERN*2
  BNE .dry
  LDA.l Item_Icons,X
  AND #$E3FF
  RTL
.dry
  LDA.l Item_Icons,X
  RTL

; Grid_CountTools
; Counts the cells that hold a tool.
; Entry: M=8 X=8   In: PackSlots
; Out: Y = tools   Clobbers: A, X
Grid_CountTools:
  LDY #$00
  LDX.b #!PACK_SLOTS-1
.cell
  LDA.w PackSlots,X
  AND #$0F
  PHX
  TAX
  LDA.l Item_IsTool,X
  PLX
  LSR A
  BCC .no_tool
  INY
.no_tool
  DEX
  BPL .cell
  RTL
