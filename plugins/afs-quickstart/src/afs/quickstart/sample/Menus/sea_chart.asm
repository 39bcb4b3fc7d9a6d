; The sea chart: twelve islands, the wind, the hour of the next flood.

; SeaChart_Move
; Jumps to the neighbour of the island under the cursor, as drawn on the chart; unknown islands cannot be reached.
; Entry: M=8 X=8   In: A = side 0 to 3, ChartCursor, IslandsSeen
; Out: C set when the cursor moved, ChartCursor   Clobbers: A, X, Work0
SeaChart_Move:
  AND #$03
  STA.b Work0
  LDA.w ChartCursor
  ASL A
  ASL A
  ORA.b Work0
  TAX
  LDA.l SeaChart_Ways,X
  CMP.w ChartCursor
  BEQ .same
  STA.b Work0
  JSL SeaChart_IsSeen
  BCC .no_way
  LDA.b Work0
  STA.w ChartCursor
.no_way
  RTL
.same
  CLC
  RTL

; SeaChart_IsSeen
; Tells whether an island is drawn on the chart.
; Entry: M=8 X=8   In: A = island 0 to 11, IslandsSeen
; Out: C set when it is drawn   Clobbers: A, X
SeaChart_IsSeen:
  ASL A
  TAX
  REP #$20
  LDA.l Lever_Masks,X
  AND.l IslandsSeen
  CMP #$0001
  SEP #$20
  RTL

; SeaChart_Discover
; Draws an island on the chart and counts those that are drawn.
; Entry: M=8 X=8   In: A = island 0 to 11, IslandsSeen
; Out: X = islands drawn, C set when all twelve are, IslandsSeen   Clobbers: A, Work0
SeaChart_Discover:
  ASL A
  TAX
  REP #$20
  LDA.l Lever_Masks,X
  ORA.l IslandsSeen
  AND #$0FFF
  STA.l IslandsSeen
  LDX #$00
.island
  CMP #$0000
  BEQ .counted
  STA.b Work0
  DEC A
  AND.b Work0
  INX
  BRA .island
.counted
  SEP #$20
  CPX #$0C
  RTL

; SeaChart_Leagues
; Estimates the way between two islands from their places on the chart.
; Entry: M=8 X=8   In: X = one island, Y = other island
; Out: A = leagues   Clobbers: X, Work0, Work1
SeaChart_Leagues:
  LDA.l SeaChart_PlaceX,X
  PHA
  LDA.l SeaChart_PlaceY,X
  TYX
  SEC
  SBC.l SeaChart_PlaceY,X
  BCS .south_of
  EOR #$FF
  INC A
.south_of
  STA.b Work0
  PLA
  SEC
  SBC.l SeaChart_PlaceX,X
  BCS .east_of
  EOR #$FF
  INC A
.east_of
  JSL Math_Distance
  LSR A
  LSR A
  RTL

; SeaChart_Moor
; Moors the boat at the island under the cursor and names the room of its quay.
; Entry: M=8 X=8   In: ChartCursor
; Out: LogHarbour, RoomNext, BoatSpeed = 0   Clobbers: A, X
SeaChart_Moor:
  LDX.w ChartCursor
  LDA.l SeaChart_Quays,X
  STA.w RoomNext
  STA.l LogHarbour
  STZ.w BoatSpeed
  RTL

; SeaChart_FloodHour
; Works out the bell that the chart writes beside the next flood of level six, or 255 when the moon forbids it.
; Entry: M=8 X=8   In: TideBell, MoonPhase
; Out: A = bell 0 to 11, or 255   Clobbers: X, Y, Work0, Work1
SeaChart_FloodHour:
  LDA #$06
  JSL Tide_BellsUntil
  BCC .never
  CLC
  ADC.w TideBell
  CMP #$0C
  BCC .never
  SBC #$0C
.never
  RTL

; Neighbours of each island to the north, east, south and west; its own number where there is none.
SeaChart_Ways:
  db 0, 1, 4, 0 ; Lampholm
  db 1, 2, 5, 0 ; Ferry Stair
  db 2, 3, 6, 1 ; Orrin's Wharf
  db 3, 3, 7, 2 ; Veyside
  db 0, 5, 8, 4 ; Kelp Hythe
  db 1, 6, 9, 4 ; Smithy Rock
  db 2, 7, 10, 5 ; Saltern
  db 3, 7, 11, 6 ; Choir Stack
  db 4, 9, 8, 8 ; Wrack Bay
  db 5, 10, 9, 8 ; The Causeway
  db 6, 11, 10, 9 ; Drowned Steps
  db 7, 11, 11, 10 ; Regent's Tooth

SeaChart_PlaceX:
  db 24, 76, 132, 196, 30, 88, 144, 204, 20, 92, 150, 222

SeaChart_PlaceY:
  db 28, 22, 34, 26, 84, 78, 90, 72, 150, 142, 160, 166

; Room of each island's quay.
SeaChart_Quays:
  db 5, 9, 12, 21, 16, 14, 18, 23, 25, 27, 29, 31
