; The text box: three lines, proportional letters, questions with two answers.
; Control bytes: 0 end, 1 new line, 2 wait for a button, 3 player's name, 4 question.

; Text_Open
; Starts a message: finds it in the list, empties the box and sets the pace the player chose.
; Entry: M=8 X=8   In: A = message number, OptionText
; Out: TextCursor, TextBank, TextColumn = 0, TextLine = 0, TextDelay, TextChoice = 0   Clobbers: A, X
Text_Open:
  REP #$30
  AND #$00FF
  ASL A
  TAX
  LDA.l Messages_List,X
  STA.w TextCursor
  SEP #$30
  LDA.b #Messages_List>>16
  STA.w TextBank
  STZ.w TextColumn
  STZ.w TextLine
  STZ.w TextChoice
  LDA.l OptionText
  TAX
  LDA.l Text_Pace,X
  STA.w TextDelay
  RTL

Text_Pace:
  db 4, 2, 1, 1

; Text_Next
; Fetches the next byte of the message and moves the cursor past it.
; Entry: M=8 X=8   In: TextCursor, TextBank
; Out: A = byte, Z set at the end of the message, TextCursor   Clobbers: X, WorkPtr
Text_Next:
  LDX.w TextBank
  STX.b WorkPtr+2
  REP #$20
  LDA.w TextCursor
  STA.b WorkPtr
  INC A
  STA.w TextCursor
  SEP #$20
  LDA.b [WorkPtr]
  RTL

; Text_Type
; Types one letter when its delay is over and moves to the next line when the word would not fit.
; Entry: M=8 X=8   In: TextDelay, TextCursor, TextColumn, TextLine
; Out: A = byte typed, or 255 while waiting, TextCursor, TextColumn, TextLine, TextDelay   Clobbers: X, Y, Work0, WorkPtr
Text_Type:
  DEC.w TextDelay
  BNE .waits
  LDA.l OptionText
  TAX
  LDA.l Text_Pace,X
  STA.w TextDelay
  JSL Text_Next
  BEQ .done
  CMP #$01
  BEQ .new_line
  CMP #$20
  BCC .done
  BNE .letter
  JSL Text_WordWidth
  CLC
  ADC.w TextColumn
  BCS .new_line
  CMP.b #!LINE_PIXELS
  BCS .new_line
  LDA #$20
.letter
  PHA
  JSL Text_LetterWidth
  CLC
  ADC.w TextColumn
  STA.w TextColumn
  PLA
.done
  RTL
.new_line
  STZ.w TextColumn
  LDA.w TextLine
  CMP #$02
  BCS .full
  INC.w TextLine
.full
  LDA #$01
  RTL
.waits
  LDA #$FF
  RTL

; Text_LetterWidth
; Gives the width of a letter with the gap after it.
; Entry: M=8 X=8   In: A = letter code 32 to 127
; Out: A = pixels   Clobbers: X
Text_LetterWidth:
  AND #$7F
  SEC
  SBC #$20
  BCS .printable
  LDA #$00
.printable
  TAX
  LDA.l Font_Widths,X
  RTL

; Text_WordWidth
; Measures the coming word of the message, from the cursor to the next blank or control byte, without moving.
; Entry: M=8 X=8   In: TextCursor, TextBank
; Out: A = pixels, at most 255   Clobbers: X, Y, Work0, WorkPtr
Text_WordWidth:
  LDX.w TextBank
  STX.b WorkPtr+2
  LDX.w TextCursor
  STX.b WorkPtr
  LDX.w TextCursor+1
  STX.b WorkPtr+1
  STZ.b Work0
  LDY #$00
.letter
  LDA.b [WorkPtr],Y
  CMP #$21
  BCC .end
  JSL Text_LetterWidth
  CLC
  ADC.b Work0
  BCS .endless
  STA.b Work0
  INY
  BNE .letter
.end
  LDA.b Work0
  RTL
.endless
  LDA #$FF
  RTL

; Text_Length
; Counts the bytes of a message up to its end mark, for the log of the translators.
; Entry: M=8 X=16   In: WorkPtr = long address of the message
; Out: Y = bytes without the end mark   Clobbers: A
Text_Length:
  LDY #$0000
.byte
  LDA.b [WorkPtr],Y
  BEQ .end
  INY
  BNE .byte
.end
  RTL

; Text_Answer
; Moves between yes and no with left and right and tells when the player has decided.
; Entry: M=8 X=8   In: PadPressed, TextChoice
; Out: C set when decided, TextChoice   Clobbers: A
Text_Answer:
  LDA.b PadPressed+1
  AND #$03
  BEQ .unmoved
  LSR A
  LDA #$01
  BCS .chosen
  DEC A
.chosen
  STA.w TextChoice
.unmoved
  LDA.b PadPressed
  ASL A
  RTL

; Text_NameLength
; Counts the letters of the player's name without the blanks behind it.
; Entry: M=8 X=8   In: NameBuffer
; Out: A = letters 0 to 8   Clobbers: X
Text_NameLength:
  LDX #$08
.from_behind
  LDA.w NameBuffer-1,X
  CMP #$FF
  BNE .letter
  DEX
  BNE .from_behind
.letter
  TXA
  RTL

; Width of each letter from blank to delete.
Font_Widths:
  db 4, 3, 5, 7, 7, 8, 7, 3, 4, 4, 6, 6, 3, 5, 3, 6
  db 7, 5, 7, 7, 7, 7, 7, 7, 7, 7, 3, 3, 5, 6, 5, 6
  db 8, 7, 7, 6, 7, 6, 6, 7, 7, 3, 5, 7, 6, 8, 7, 7
  db 7, 7, 7, 7, 7, 7, 7, 8, 7, 7, 6, 4, 6, 4, 6, 7
  db 3, 6, 6, 5, 6, 6, 4, 6, 6, 3, 4, 6, 3, 9, 6, 6
  db 6, 6, 5, 5, 5, 6, 6, 8, 6, 6, 5, 4, 3, 4, 6, 0
