; The chart of a dungeon: which rooms were seen, what to draw.

; Chart_MarkRoom
; Marks the present room as seen.
; Entry: M=8 X=8   In: RoomId, ChartSeen
; Out: ChartSeen, C set when the room is new   Clobbers: A, X, Work0
Chart_MarkRoom:
  LDA.w RoomId
  LSR A
  LSR A
  LSR A
  AND #$03
  PHA
  LDA.w RoomId
  AND #$07
  TAX
  LDA.l Timer_EventMask,X
  STA.b Work0
  PLX
  LDA.l ChartSeen,X
  BIT.b Work0
  BNE .seen_before
  ORA.b Work0
  STA.l ChartSeen,X
  SEC
  RTL
.seen_before
  CLC
  RTL

; Chart_Percent
; Tells how much of the present dungeon has been seen, of its thirty-two rooms.
; Entry: M=8 X=8   In: ChartSeen
; Out: A = percent 0 to 100   Clobbers: X, Y, Work0, Work1, Work2
Chart_Percent:
  LDY #$00
  LDX #$03
.byte
  PHX
  LDA.l ChartSeen,X
.bits
  CMP #$00
  BEQ .counted
  STA.b Work0
  DEC A
  AND.b Work0
  INY
  BRA .bits
.counted
  PLX
  DEX
  BPL .byte
  STY.b Work0
  LDA.b #200
  JSL Math_Multiply
  REP #$20
  LDA.b Work2
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  SEP #$20
  RTL

; Chart_Load
; Fetches what the log knows of a dungeon's rooms into the running chart.
; Entry: M=16 X=8   In: A = dungeon 0 to 3, DungeonSeen
; Out: ChartSeen   Clobbers: A, X
Chart_Load:
  AND #$0003
  ASL A
  ASL A
  TAX
  LDA.l DungeonSeen,X
  STA.l ChartSeen
  LDA.l DungeonSeen+2,X
  STA.l ChartSeen+2
  RTL

; Chart_Keep
; Writes the running chart back into the log.
; Entry: M=16 X=8   In: A = dungeon 0 to 3, ChartSeen
; Out: DungeonSeen   Clobbers: A, X
Chart_Keep:
  AND #$0003
  ASL A
  ASL A
  TAX
  LDA.l ChartSeen
  STA.l DungeonSeen,X
  LDA.l ChartSeen+2
  STA.l DungeonSeen+2,X
  RTL

; Chart_CellTile
; Chooses the chart tile of a room: bright where the hero stands, full when seen, outlined when only the found chart shows it, else blank.
; Entry: M=8 X=8   In: A = room 0 to 31, RoomId, DungeonId, ChartSeen, DungeonCharts
; Out: A = tile number   Clobbers: X, Y, Work0
Chart_CellTile:
  CMP.w RoomId
  BEQ .here
  TAY
  AND #$07
  TAX
  LDA.l Timer_EventMask,X
  STA.b Work0
  TYA
  LSR A
  LSR A
  LSR A
  AND #$03
  TAX
  LDA.l ChartSeen,X
  AND.b Work0
  BNE .seen
  LDA.w DungeonId
  AND #$03
  TAX
  LDA.l Timer_EventMask,X
  AND.l DungeonCharts
  BNE .outlined
  LDA #$E0
  RTL
.here
  LDA #$E3
  RTL
.seen
  LDA #$E2
  RTL
.outlined
  LDA #$E1
  RTL
