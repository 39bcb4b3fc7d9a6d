; The log and its three battery slots.

; Save_SlotOffset
; Turns a slot number into the byte offset of its stored log.
; Entry: M=8 X=16   In: A = slot 0 to 2
; Out: X = offset $0000, $0100 or $0200   Clobbers: A
Save_SlotOffset:
  REP #$20
  AND #$00FF
  XBA
  TAX
  SEP #$20
  RTS

; Save_Checksum
; Adds the log from its name to its last byte into a word, turning the sum by one bit at each byte.
; Entry: M=8 X=8   In: log in work RAM
; Out: Work0 = checksum   Clobbers: A, X
Save_Checksum:
  REP #$20
  LDA.w #!SAVE_SEED
  STA.b Work0
  LDX.b #LogName-LogMark
.byte
  LDA.l LogMark,X
  AND #$00FF
  EOR.b Work0
  ASL A
  ADC #$0000
  STA.b Work0
  INX
  BNE .byte
  SEP #$20
  RTL

; Save_Store
; Stamps the log with bell, moon, random state and checksum and writes it to a slot with the writing flag up.
; Entry: M=8 X=8   In: A = slot 0 to 2
; Out: LogMark, LogChecksum, LogVigor, LogVigorMax, LogRoom, SavedBell, SavedMoon, SavedRandom, SlotA, SlotB, SlotC, LastSlot, SlotWriting = 0   Clobbers: A, X, Y, Work0
Save_Store:
  STA.l LastSlot
  LDA.w HeroVigor
  STA.l LogVigor
  LDA.w HeroVigorMax
  STA.l LogVigorMax
  LDA.w RoomId
  STA.l LogRoom
  LDA.w TideBell
  STA.l SavedBell
  LDA.w MoonPhase
  STA.l SavedMoon
  REP #$20
  LDA.b RandomState
  STA.l SavedRandom
  LDA #$7D1E
  STA.l LogMark
  SEP #$20
  JSL Save_Checksum
  REP #$20
  LDA.b Work0
  STA.l LogChecksum
  SEP #$20
  LDA #$01
  STA.l SlotWriting
  REP #$10
  LDA.l LastSlot
  JSR Save_SlotOffset
  TXY
  LDX #$0000
.copy
  LDA.l LogMark,X
  PHX
  TYX
  STA.l SlotA,X
  PLX
  INY
  INX
  CPX.w #!SAVE_BYTES
  BNE .copy
  SEP #$10
  LDA #$00
  STA.l SlotWriting
  RTL

; Save_Load
; Copies a stored log into work RAM and accepts it only when mark and checksum are right.
; Entry: M=8 X=8   In: A = slot 0 to 2
; Out: C set when the log is good, LogMark to LogEnd, LastSlot, LogVisits, RandomState   Clobbers: A, X, Y, Work0
Save_Load:
  STA.l LastSlot
  REP #$10
  JSR Save_SlotOffset
  TXY
  LDX #$0000
.copy
  PHX
  TYX
  LDA.l SlotA,X
  PLX
  STA.l LogMark,X
  INY
  INX
  CPX.w #!SAVE_BYTES
  BNE .copy
  SEP #$10
  JSL Save_Verify
  BCC .bad
  LDA.l LogVisits
  INC A
  BEQ .many
  STA.l LogVisits
.many
  REP #$20
  LDA.l SavedRandom
  BEQ .keep_state
  STA.b RandomState
.keep_state
  SEP #$20
  SEC
.bad
  RTL

; Save_Verify
; Compares mark and checksum of the log in work RAM with what they should be.
; Entry: M=8 X=8   In: log in work RAM
; Out: C set when both are right   Clobbers: A, X, Work0
Save_Verify:
  JSL Save_Checksum
  REP #$20
  LDA.l LogMark
  CMP #$7D1E
  BNE .wrong
  LDA.l LogChecksum
  CMP.b Work0
  BNE .wrong
  SEP #$20
  SEC
  RTL
.wrong
  SEP #$20
  CLC
  RTL

; Save_NewLog
; Begins a story: an empty log with three pearls, twenty drams of oil, the keeper's name blank and even text.
; Entry: M=8 X=8   In: A = slot 0 to 2
; Out: LogMark to LogEnd, LastSlot   Clobbers: A, X
Save_NewLog:
  STA.l LastSlot
  LDX #$00
  LDA #$00
.wipe
  STA.l LogMark,X
  INX
  BNE .wipe
  LDX #$07
  DEC A
.blank_name
  STA.l LogName,X
  DEX
  BPL .blank_name
  STA.l QuestSmith
  LDA.b #3*!VIGOR_PER_PEARL
  STA.l LogVigor
  STA.l LogVigorMax
  LDA.b #20
  STA.l LogOil
  LDA #$01
  STA.l OptionText
  STA.l OptionHints
  LDA #$05
  STA.l LogRoom
  RTL

; Save_Erase
; Removes the mark of a stored log, which makes its slot empty; the other bytes stay until they are overwritten.
; Entry: M=8 X=8   In: A = slot 0 to 2
; Out: SlotA, SlotB, SlotC   Clobbers: A, X
Save_Erase:
  REP #$10
  JSR Save_SlotOffset
  REP #$20
  LDA #$0000
  STA.l SlotA,X
  SEP #$30
  RTL

; Save_SlotUsed
; Tells whether a slot holds a log, by its mark alone.
; Entry: M=8 X=8   In: A = slot 0 to 2
; Out: C set when the slot is used   Clobbers: A, X
Save_SlotUsed:
  REP #$10
  JSR Save_SlotOffset
  REP #$20
  LDA.l SlotA,X
  CMP #$7D1E
  SEP #$30
  BNE .empty
  SEC
  RTL
.empty
  CLC
  RTL

; Save_TickMinute
; Counts one frame of play and adds a minute after 3600 of them, stopping at the highest word.
; Entry: M=16 X=16   In: LogFrames, LogMinutes
; Out: LogFrames, LogMinutes, C set when a minute was full   Clobbers: A
Save_TickMinute:
  LDA.l LogFrames
  INC A
  CMP.w #3600
  BCC .store
  LDA.l LogMinutes
  INC A
  BEQ .ages
  STA.l LogMinutes
.ages
  LDA #$0000
  SEC
.store
  STA.l LogFrames
  RTL

; Save_RecordFinish
; Enters the minutes of a finished game into the battery record when they beat it.
; Entry: M=16 X=16   In: LogMinutes, RecordTime
; Out: C set on a new record, RecordTime, CreditsSeen   Clobbers: A
Save_RecordFinish:
  SEP #$20
  LDA #$01
  STA.l CreditsSeen
  REP #$20
  LDA.l LogMinutes
  CMP.l RecordTime
  BCS .slower
  STA.l RecordTime
  SEC
  RTL
.slower
  CLC
  RTL
