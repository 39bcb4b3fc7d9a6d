; Packed decimal. Prices and the purse are kept as the player reads them.

; Decimal_FromByte
; Turns a byte into three packed decimal digits.
; Entry: M=8 X=8   In: A = byte
; Out: Work0 = packed decimal word $0000 to $0255   Clobbers: A, X
Decimal_FromByte:
  STZ.b Work0+1
  LDX #$FF
.tens
  INX
  SEC
  SBC.b #100
  BCS .tens
  ADC.b #100
  STX.b Work0+1
  LDX #$FF
.ones
  INX
  SEC
  SBC.b #10
  BCS .ones
  ADC.b #10
  STA.b Work0
  TXA
  ASL A
  ASL A
  ASL A
  ASL A
  ORA.b Work0
  STA.b Work0
  RTL

; Decimal_FromWord
; Turns a word below 10000 into four packed decimal digits by doubling in decimal mode.
; Entry: M=16 X=8   In: A = word 0 to 9999
; Out: A = packed decimal word   Clobbers: X, Work0, Work1
Decimal_FromWord:
  STA.b Work0
  STZ.b Work1
  LDX.b #16
  SED
.double
  ASL.b Work0
  LDA.b Work1
  ADC.b Work1
  STA.b Work1
  DEX
  BNE .double
  CLD
  LDA.b Work1
  RTL

; Decimal_ToWord
; Turns four packed decimal digits into a binary word, highest digit first.
; Entry: M=16 X=8   In: A = packed decimal word
; Out: A = word 0 to 9999   Clobbers: X, Work0, Work1
Decimal_ToWord:
  STA.b Work0
  STZ.b Work1
  LDX.b #4
.digit
  LDA.b Work1
  ASL A
  ASL A
  ADC.b Work1
  ASL A
  STA.b Work1
  LDA.b Work0
  AND #$F000
  XBA
  LSR A
  LSR A
  LSR A
  LSR A
  ADC.b Work1
  STA.b Work1
  ASL.b Work0
  ASL.b Work0
  ASL.b Work0
  ASL.b Work0
  DEX
  BNE .digit
  RTL

; Decimal_AddCapped
; Adds two packed decimal words and stops at 9999.
; Entry: M=16 X=16   In: A = first amount, Work0 = second amount
; Out: A = sum, C set when it was capped   Clobbers: none
Decimal_AddCapped:
  SED
  CLC
  ADC.b Work0
  CLD
  BCC .fits
  LDA.w #!SHELLS_MAX
.fits
  RTL

; Decimal_Take
; Takes one packed decimal amount from another, or refuses when it is not covered.
; Entry: M=16 X=16   In: A = amount held, Work0 = amount asked
; Out: A = rest when C set, amount held when C clear, C set when it was covered   Clobbers: none
Decimal_Take:
  CMP.b Work0
  BCC .refused
  SED
  SBC.b Work0
  CLD
  SEC
.refused
  RTL

; Decimal_Unpack
; Spreads four packed decimal digits over four bytes, highest digit first, for the status bar.
; Entry: M=8 X=8   In: Work0 = packed decimal word
; Out: Work1 = thousands and hundreds byte, Work2 = tens and ones byte   Clobbers: A
Decimal_Unpack:
  LDA.b Work0+1
  LSR A
  LSR A
  LSR A
  LSR A
  STA.b Work1
  LDA.b Work0+1
  AND #$0F
  STA.b Work1+1
  LDA.b Work0
  LSR A
  LSR A
  LSR A
  LSR A
  STA.b Work2
  LDA.b Work0
  AND #$0F
  STA.b Work2+1
  RTL

; Decimal_IsValid
; Checks that none of the four digits of a packed word is above nine.
; Entry: M=16 X=16   In: A = word
; Out: C set when all digits are decimal   Clobbers: A, Work0
Decimal_IsValid:
  STA.b Work0
  AND #$8888
  LSR A
  LSR A
  PHA
  LSR A
  ORA $01,S
  STA $01,S
  PLA
  ASL A
  AND.b Work0
  BEQ .decimal
  CLC
  RTL
.decimal
  SEC
  RTL
