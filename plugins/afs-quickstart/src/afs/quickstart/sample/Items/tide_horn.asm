; The Tide Horn. Four notes make a call; the notes are the four directions.

; Horn_Blow
; Adds a note to the call and answers with the number of the call once four notes fit one that is learnt.
; Entry: M=8 X=8   In: A = note 0 up, 1 right, 2 down, 3 left, HornNotes, HornCount, HornSongs
; Out: C set when a call is complete, X = call 0 ebb, 1 flood, 2 slack, 3 homeward, HornNotes, HornCount   Clobbers: A, Work0
Horn_Blow:
  AND #$03
  STA.b Work0
  LDA.w HornNotes
  ASL A
  ASL A
  ORA.b Work0
  STA.w HornNotes
  INC.w HornCount
  LDA.w HornCount
  CMP #$04
  BCC .unfinished
  LDX #$03
.call
  LDA.l Horn_Calls,X
  CMP.w HornNotes
  BEQ .matches
.unknown
  DEX
  BPL .call
.unfinished
  CLC
  RTL
.matches
  LDA.l Timer_EventMask,X
  STA.b Work0
  LDA.l HornSongs
  AND.b Work0
  BEQ .unknown
  STZ.w HornCount
  SEC
  RTL

; up down up down, down up down up, left left right right, up right down left
Horn_Calls:
  db $22, $88, $F5, $1B

; Horn_Perform
; Lets a call work: ebb and flood hold the sea low or high for two bells, slack holds it as it is for three, homeward leads to the harbour.
; Entry: M=8 X=8   In: A = call 0 to 3, TideLevel, LogHarbour, DungeonId
; Out: C set when the call worked, TideTarget, TideHeld, RoomNext   Clobbers: A, X
Horn_Perform:
  CMP #$03
  BEQ .homeward
  LDX #$02
  CMP #$02
  BNE .ebb_or_flood
  INX
  LDA.w TideLevel
  BRA .hold
.ebb_or_flood
  LSR A
  LDA #$00
  BCC .hold
  LDA.b #!TIDE_MAX
.hold
  JSL Tide_Hold
  SEC
  RTL
.homeward
  LDA.w DungeonId
  CMP #$FF
  BNE .no_sky
  LDA.l LogHarbour
  STA.w RoomNext
  SEC
  RTL
.no_sky
  CLC
  RTL

; Horn_Lower
; Forgets a half-blown call when the horn is lowered.
; Entry: M=8 X=8   In: none
; Out: HornNotes = 0, HornCount = 0   Clobbers: none
Horn_Lower:
  STZ.w HornNotes
  STZ.w HornCount
  RTL

; Horn_NoteFromPad
; Turns a freshly pressed direction into a note; of two at once, right and left win over up and down.
; Entry: M=8 X=8   In: PadPressed
; Out: C set when a note was pressed, A = note 0 up, 1 right, 2 down, 3 left   Clobbers: none
Horn_NoteFromPad:
  LDA.b PadPressed+1
  LSR A
  BCS .right
  LSR A
  BCS .left
  LSR A
  BCS .down
  LSR A
  LDA #$00
  RTL
.right
  LDA #$01
  RTL
.down
  LDA #$02
  RTL
.left
  LDA #$03
  RTL
