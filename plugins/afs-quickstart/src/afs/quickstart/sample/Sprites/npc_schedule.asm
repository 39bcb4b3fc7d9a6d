; Timetables of the islanders: who stands where at which bell.

; Schedule_Find
; Finds the stop of an islander that is valid at a bell: the last one whose bell is not later; before the first, the last of the day.
; Entry: M=8 X=8   In: A = islander 0 to 4, TideBell
; Out: WorkPtr = long address of the stop, Y = stop number   Clobbers: A, X
Schedule_Find:
  ASL A
  TAX
  REP #$20
  LDA.l Schedule_List,X
  STA.b WorkPtr
  SEP #$20
  LDA.b #Schedule_List>>16
  STA.b WorkPtr+2
  LDX #$FF
  LDY #$00
.stop
  LDA.b [WorkPtr],Y
  CMP #$FF
  BEQ .end
  CMP.w TideBell
  BEQ .valid
  BCS .end_early
.valid
  INX
  INY
  INY
  INY
  INY
  BRA .stop
.end_early
  CPX #$FF
  BNE .known
.to_last
  LDA.b [WorkPtr],Y
  CMP #$FF
  BEQ .end
  INY
  INY
  INY
  INY
  BRA .to_last
.end
  TYA
  LSR A
  LSR A
  DEC A
  TAX
.known
  TXA
  TAY
  ASL A
  ASL A
  REP #$20
  AND #$00FF
  CLC
  ADC.b WorkPtr
  STA.b WorkPtr
  SEP #$20
  RTL

; Schedule_IsHere
; Tells whether an islander's present stop is in the present room, and where.
; Entry: M=8 X=8   In: A = islander 0 to 4, TideBell, RoomId
; Out: C set when here, Work0 = x in pixels, Work1 = y in pixels   Clobbers: A, X, Y, WorkPtr
Schedule_IsHere:
  JSL Schedule_Find
  LDY #$01
  LDA.b [WorkPtr],Y
  CMP.w RoomId
  BNE .elsewhere
  INY
  REP #$20
  LDA.b [WorkPtr],Y
  AND #$001F
  ASL A
  ASL A
  ASL A
  STA.b Work0
  LDA.b [WorkPtr],Y
  AND #$1F00
  XBA
  ASL A
  ASL A
  ASL A
  STA.b Work1
  SEP #$20
  SEC
  RTL
.elsewhere
  CLC
  RTL

; Schedule_Populate
; Stands every islander who is at home in the present room into the room as a creature.
; Entry: M=8 X=8   In: TideBell, RoomId
; Out: the actor fields of those who are here, Work2 = islanders placed   Clobbers: A, X, Y, Work0, Work1, WorkPtr
Schedule_Populate:
  STZ.b Work2
  LDA #$04
.islander
  PHA
  JSL Schedule_IsHere
  BCC .absent
  LDA.b #!KIND_STANDER
  JSL Actor_Spawn
  BCC .absent
  LDA $01,S
  STA.w ActorState,X
  INC.b Work2
.absent
  PLA
  DEC A
  BPL .islander
  RTL

; Npc_Greeting
; Picks what an islander says from the state of the matter between him and the hero.
; Entry: M=8 X=8   In: A = islander 0 Harrow, 1 Pell, 2 Orrin, 3 Vey, QuestHarrow, QuestPell, QuestOrrin, QuestVey
; Out: A = message number   Clobbers: X, Work0
Npc_Greeting:
  AND #$03
  TAX
  LDA.l QuestHarrow,X
  AND #$03
  STA.b Work0
  TXA
  ASL A
  ASL A
  ORA.b Work0
  TAX
  LDA.l Npc_GreetingTable,X
  RTL

Npc_GreetingTable:
  db 1, 2, 3, 4
  db 5, 6, 7, 7
  db 8, 9, 10, 11
  db 12, 13, 14, 14

; Npc_PayPell
; Pays the ferryman's debt from the purse in one sum and forgives the rest of the story; he does not take part payments.
; Entry: M=16 X=16   In: LogArrears, LogShells
; Out: C set when paid, LogShells, LogArrears, QuestPell   Clobbers: A, Work0
Npc_PayPell:
  LDA.l LogArrears
  AND #$00FF
  BEQ .forgiven
  STA.b Work0
  LDA.l LogShells
  JSL Decimal_Take
  BCC .too_poor
  STA.l LogShells
.forgiven
  SEP #$20
  LDA #$00
  STA.l LogArrears
  LDA #$02
  STA.l QuestPell
  REP #$20
  SEC
.too_poor
  RTL

Schedule_List:
  dw Schedule_Harrow
  dw Schedule_Pell
  dw Schedule_Orrin
  dw Schedule_Vey
  dw Schedule_Smith

Schedule_Harrow:
  %stop_at(0, 5, 12, 8)
  %stop_at(3, 6, 20, 14)
  %stop_at(6, 5, 9, 8)
  %stop_at(10, 7, 16, 5)
  db $FF

Schedule_Pell:
  %stop_at(1, 9, 3, 22)
  %stop_at(4, 10, 28, 21)
  %stop_at(8, 9, 5, 22)
  db $FF

Schedule_Orrin:
  %stop_at(2, 12, 15, 11)
  %stop_at(9, 13, 7, 18)
  db $FF

Schedule_Vey:
  %stop_at(0, 21, 10, 10)
  %stop_at(5, 22, 24, 6)
  %stop_at(7, 21, 11, 10)
  %stop_at(11, 5, 26, 19)
  db $FF

Schedule_Smith:
  %stop_at(1, 14, 18, 9)
  %stop_at(6, 12, 6, 13)
  %stop_at(7, 14, 17, 9)
  db $FF
