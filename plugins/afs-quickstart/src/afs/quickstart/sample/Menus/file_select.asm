; The file screen: three logs, copy, erase, name entry.

; FileSelect_Move
; Moves the cursor among the three logs with up and down and stops at both ends.
; Entry: M=8 X=8   In: PadPressed, FileCursor
; Out: FileCursor   Clobbers: A
FileSelect_Move:
  LDA.b PadPressed+1
  BIT #$08
  BNE .up
  AND #$04
  BEQ .still
  LDA.w FileCursor
  CMP #$02
  BCS .still
  INC.w FileCursor
  RTL
.up
  LDA.w FileCursor
  BEQ .still
  DEC.w FileCursor
.still
  RTL

; FileSelect_DrawCursor
; Adds the little boat that marks the chosen log and rocks it by two pixels.
; Entry: M=8 X=8   In: FileCursor, FrameCount
; Out: OamShadow, OamCursor, OamDropped   Clobbers: A, X, Work0, Work1
FileSelect_DrawCursor:
  LDX.w FileCursor
  LDA.b FrameCount
  AND #$10
  LSR A
  LSR A
  LSR A
  CLC
  ADC.l .line,X
  STA.b Work0
  LDA #$EC
  STA.b Work1
  LDA #$31
  STA.b Work1+1
  LDA #$1C
  REP #$10
  JSL Oam_Put
  SEP #$10
  RTL
.line
  db 72, 104, 136, 136

; FileSelect_Copy
; Copies one stored log over another, word by word, unless they are the same slot.
; Entry: M=8 X=8   In: A = slot 0 to 2 to copy from, Work0 = slot byte 0 to 2 to copy to
; Out: SlotA, SlotB, SlotC, C clear when nothing was copied   Clobbers: A, X, Y, Work0, Work1
FileSelect_Copy:
  CMP.b Work0
  BEQ .same
  STZ.b Work1
  STA.b Work1+1
  LDA.b Work0
  STA.b Work0+1
  STZ.b Work0
  REP #$30
  LDY.w #!SAVE_BYTES/2
.word
  LDX.b Work1
  LDA.l SlotA,X
  LDX.b Work0
  STA.l SlotA,X
  INC.b Work1
  INC.b Work1
  INC.b Work0
  INC.b Work0
  DEY
  BNE .word
  SEP #$30
  SEC
  RTL
.same
  CLC
  RTL

; FileSelect_TypeLetter
; Enters a letter into the name at a place; a place beyond the eighth is refused.
; Entry: M=8 X=8   In: A = letter code, X = place 0 to 7
; Out: C set when entered, X = next place, NameBuffer   Clobbers: none
FileSelect_TypeLetter:
  CPX #$08
  BCS .full
  STA.w NameBuffer,X
  INX
  SEC
  RTL
.full
  CLC
  RTL

; FileSelect_KeepName
; Writes the entered name into the log; a name of blanks becomes MAREN.
; Entry: M=8 X=8   In: NameBuffer
; Out: LogName, NameBuffer   Clobbers: A, X
FileSelect_KeepName:
  JSL Text_NameLength
  CMP #$00
  BNE .named
  LDX #$04
.default_letter
  LDA.l .default_name,X
  STA.w NameBuffer,X
  DEX
  BPL .default_letter
.named
  LDX #$07
.letter
  LDA.w NameBuffer,X
  STA.l LogName,X
  DEX
  BPL .letter
  RTL
.default_name
  db "MAREN"

; FileSelect_Hours
; Splits the minutes of the log into hours and minutes for the file screen.
; Entry: M=16 X=8   In: LogMinutes
; Out: A = hours, X = minutes 0 to 59   Clobbers: Work0, Work1, Work2
FileSelect_Hours:
  LDA.l LogMinutes
  LDX.b #60
  JSL Math_Divide
  RTL
