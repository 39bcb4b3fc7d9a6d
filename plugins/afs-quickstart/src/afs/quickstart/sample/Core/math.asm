; Arithmetic that everything else leans on. No routine here touches a register
; of the picture unit, so all of them can be run by themselves.

; Math_ClampByte
; Forces an unsigned byte into a closed range.
; Entry: M=8 X=8   In: A = value, Work0 = lowest allowed byte, Work1 = highest allowed byte
; Out: A = value inside the range   Clobbers: none
Math_ClampByte:
  CMP.b Work0
  BCS .above_low
  LDA.b Work0
  RTL
.above_low
  CMP.b Work1
  BCC .inside
  LDA.b Work1
.inside
  RTL

; Math_AbsByte
; Turns a signed byte into its size and keeps the sign in the carry.
; Entry: M=8 X=8   In: A = signed byte
; Out: A = size 0 to 128, C set when the byte was negative   Clobbers: none
Math_AbsByte:
  CMP #$80
  BCC .positive
  EOR #$FF
  INC A
  SEC
.positive
  RTL

; Math_AbsWord
; Turns a signed word into its size; -32768 stays as it is.
; Entry: M=16 X=16   In: A = signed word
; Out: A = size of the word   Clobbers: none
Math_AbsWord:
  BIT #$8000
  BEQ .done
  EOR #$FFFF
  INC A
.done
  RTL

; Math_Multiply
; Multiplies two bytes by shifting and adding, without the hardware unit that an interrupt may be using.
; Entry: M=8 X=8   In: A = first factor, Work0 = second factor byte
; Out: Work2 = product word   Clobbers: A, X, Work0, Work1
Math_Multiply:
  STA.b Work1
  STZ.b Work1+1
  STZ.b Work2
  STZ.b Work2+1
  LDX #$08
.bit
  LSR.b Work0
  BCC .skip
  REP #$20
  CLC
  LDA.b Work2
  ADC.b Work1
  STA.b Work2
  SEP #$20
.skip
  ASL.b Work1
  ROL.b Work1+1
  DEX
  BNE .bit
  RTL

; Math_MultiplyFast
; Multiplies two bytes with the hardware unit; for the main loop only.
; Entry: M=8 X=8   In: A = first factor, X = second factor, DB = 0
; Out: Work2 = product word   Clobbers: A
Math_MultiplyFast:
  STA.w !WRMPYA
  STX.w !WRMPYB
  NOP
  NOP
  NOP
  REP #$20
  LDA.w !RDMPYL
  STA.b Work2
  SEP #$20
  RTL

; Math_Divide
; Divides a word by a byte with sixteen rounds of long division; a zero divisor gives 65535.
; Entry: M=16 X=8   In: A = dividend word, X = divisor byte
; Out: A = quotient word, X = remainder byte   Clobbers: Work0, Work1, Work2
Math_Divide:
  STA.b Work0
  STZ.b Work1
  STX.b Work1
  CPX #$00
  BEQ .by_zero
  STZ.b Work2
  LDX #$10
.round
  ASL.b Work0
  ROL.b Work2
  LDA.b Work2
  CMP.b Work1
  BCC .too_small
  SBC.b Work1
  STA.b Work2
  INC.b Work0
.too_small
  DEX
  BNE .round
  LDX.b Work2
  LDA.b Work0
  RTL
.by_zero
  LDA #$FFFF
  RTL

; Math_SquareRoot
; Finds the whole square root of a word by taking away the odd numbers one after another.
; Entry: M=16 X=16   In: A = word
; Out: A = root 0 to 255, rounded down   Clobbers: X, Work0
Math_SquareRoot:
  LDX #$0001
  STX.b Work0
  LDX #$0000
.take
  CMP.b Work0
  BCC .spent
  SBC.b Work0
  INC.b Work0
  INC.b Work0
  INX
  BNE .take
.spent
  TXA
  RTL

; Math_Distance
; Estimates the length of a slanted line as the longer side plus three eighths of the shorter one.
; Entry: M=8 X=8   In: A = width byte, Work0 = height byte
; Out: A = estimated length, at most 255   Clobbers: Work0, Work1
Math_Distance:
  CMP.b Work0
  BCS .longer_in_a
  STA.b Work1
  LDA.b Work0
  BRA .estimate
.longer_in_a
  PHA
  LDA.b Work0
  STA.b Work1
  PLA
.estimate
  STA.b Work0
  LDA.b Work1
  LSR A
  LSR A
  STA.b Work1+1
  LSR A
  CLC
  ADC.b Work1+1
  ADC.b Work0
  BCC .fits
  LDA #$FF
.fits
  RTL

; Math_Octant
; Names the one of eight directions in which a signed offset points; an axis wins when it is at least twice the other.
; Entry: M=8 X=8   In: A = signed x offset, Work0 = signed y offset byte
; Out: A = 0 north, clockwise to 7 north-west   Clobbers: X, Work0, Work1
Math_Octant:
  LDX #$00
  CMP #$80
  BCC .east_half
  EOR #$FF
  INC A
  LDX #$01
.east_half
  STA.b Work1
  LDA.b Work0
  BPL .south_half
  EOR #$FF
  INC A
  INX
  INX
.south_half
  STA.b Work0
  LSR A
  CMP.b Work1
  BCS .vertical
  LDA.b Work1
  LSR A
  CMP.b Work0
  BCS .horizontal
  LDA.l .diagonal_of,X
  RTL
.vertical
  LDA.l .vertical_of,X
  RTL
.horizontal
  LDA.l .horizontal_of,X
  RTL
.diagonal_of
  db 3, 5, 1, 7
.vertical_of
  db 4, 4, 0, 0
.horizontal_of
  db 2, 6, 2, 6

; Math_Lerp
; Walks from one byte to another by a share in 256ths and rounds toward the start.
; Entry: M=8 X=8   In: A = share 0 to 255, Work0 = start byte, Work3 = end byte
; Out: A = byte on the way   Clobbers: X, Work0, Work1, Work2, Work3
Math_Lerp:
  PHA
  LDA.b Work3
  SEC
  SBC.b Work0
  BCS .upward
  EOR #$FF
  INC A
  TAX
  LDA.b Work0
  STA.b Work3
  STX.b Work0
  PLA
  JSL Math_Multiply
  LDA.b Work3
  SEC
  SBC.b Work2+1
  RTL
.upward
  TAX
  LDA.b Work0
  STA.b Work3
  STX.b Work0
  PLA
  JSL Math_Multiply
  LDA.b Work2+1
  CLC
  ADC.b Work3
  RTL

; Math_CountBits
; Counts the set bits of a byte by clearing the lowest one until none is left.
; Entry: M=8 X=8   In: A = byte
; Out: X = number of set bits 0 to 8   Clobbers: A, Work0
Math_CountBits:
  LDX #$00
.next
  CMP #$00
  BEQ .empty
  STA.b Work0
  DEC A
  AND.b Work0
  INX
  BRA .next
.empty
  RTL

; Math_LowestBit
; Tells the number of the lowest set bit of a word.
; Entry: M=16 X=8   In: A = word
; Out: X = bit number 0 to 15, or 16 when the word is zero   Clobbers: A
Math_LowestBit:
  LDX #$00
.look
  LSR A
  BCS .found
  INX
  CPX #$10
  BNE .look
.found
  RTL

; Math_SignExtend
; Widens a signed byte to a signed word.
; Entry: M=16 X=any   In: A = signed byte in the low half, anything above
; Out: A = signed word   Clobbers: none
Math_SignExtend:
  AND #$00FF
  EOR #$0080
  SEC
  SBC #$0080
  RTL

; Math_Sine
; Looks up the sine of an angle of 256 steps a turn in a table of one quarter.
; Entry: M=8 X=8   In: A = angle
; Out: A = signed sine, -127 to 127   Clobbers: X
Math_Sine:
  PHA
  ASL A
  BPL .first_half_of_arc
  LSR A
  EOR #$7F
  INC A
  BRA .lookup
.first_half_of_arc
  LSR A
.lookup
  AND #$7F
  TAX
  LDA.l Math_SineQuarter,X
  PLX
  BPL .upper
  EOR #$FF
  INC A
.upper
  RTL

Math_SineQuarter:
  db 0, 3, 6, 9, 12, 16, 19, 22
  db 25, 28, 31, 34, 37, 40, 43, 46
  db 49, 51, 54, 57, 60, 63, 65, 68
  db 71, 73, 76, 78, 81, 83, 85, 88
  db 90, 92, 94, 96, 98, 100, 102, 104
  db 106, 107, 109, 111, 112, 113, 115, 116
  db 117, 118, 120, 121, 122, 122, 123, 124
  db 125, 125, 126, 126, 126, 127, 127, 127
  db 127

; Math_Approach
; Moves a byte toward a goal by at most one step and never past it.
; Entry: M=8 X=8   In: A = present byte, Work0 = goal byte, Work1 = step byte
; Out: A = new byte, C set when the goal is reached   Clobbers: none
Math_Approach:
  CMP.b Work0
  BEQ .reached
  BCC .climb
  SBC.b Work1
  BCC .reached
  CMP.b Work0
  BCC .reached
  BEQ .reached
  CLC
  RTL
.climb
  CLC
  ADC.b Work1
  BCS .reached
  CMP.b Work0
  BCS .reached
  RTL
.reached
  LDA.b Work0
  SEC
  RTL

; Math_SortPair
; Puts two unsigned words in ascending order.
; Entry: M=16 X=16   In: Work0 = one word, Work1 = other word
; Out: Work0 = smaller word, Work1 = larger word, C set when they changed places   Clobbers: A, X
Math_SortPair:
  LDA.b Work1
  CMP.b Work0
  BCS .in_order
  LDX.b Work0
  STA.b Work0
  STX.b Work1
  SEC
  RTL
.in_order
  CLC
  RTL

; Math_Median
; Picks the middle one of three bytes, for smoothing readings of the fishing line.
; Entry: M=8 X=8   In: A = first byte, X = second byte, Y = third byte
; Out: A = middle byte   Clobbers: Work0, Work1
Math_Median:
  STX.b Work0
  STY.b Work1
  CPX.b Work1
  BCC .ordered
  STY.b Work0
  STX.b Work1
.ordered
  CMP.b Work0
  BCS .not_lowest
  LDA.b Work0
  RTL
.not_lowest
  CMP.b Work1
  BCC .middle
  LDA.b Work1
.middle
  RTL

; Math_MirrorBits
; Reverses the order of the eight bits of a byte, as mirrored tile rows need.
; Entry: M=8 X=8   In: A = byte
; Out: A = byte with bit 0 as bit 7 and so on   Clobbers: X, Work0
Math_MirrorBits:
  STA.b Work0
  LDX #$07
.turn
  LSR.b Work0
  ROL A
  DEX
  BPL .turn
  RTL

; Math_Percent
; Takes a percentage of a byte and rounds down.
; Entry: M=8 X=8   In: A = percentage 0 to 100, Work0 = whole byte
; Out: A = share of the whole   Clobbers: X, Work0, Work1, Work2
Math_Percent:
  JSL Math_Multiply
  REP #$20
  LDA.b Work2
  LDX.b #100
  JSL Math_Divide
  SEP #$20
  RTL

; Math_GreatestDivisor
; Finds the greatest common divisor of two words by repeated subtraction; zero and n give n.
; Entry: M=16 X=16   In: A = first word, Work0 = second word
; Out: A = greatest common divisor   Clobbers: Work0, Work1
Math_GreatestDivisor:
  CMP #$0000
  BEQ .other
.compare
  STA.b Work1
  LDA.b Work0
  BEQ .same
  CMP.b Work1
  BEQ .same
  BCC .swap
  SBC.b Work1
  STA.b Work0
  LDA.b Work1
  BRA .compare
.swap
  LDA.b Work1
  SEC
  SBC.b Work0
  BRA .compare
.same
  LDA.b Work1
  RTL
.other
  LDA.b Work0
  RTL
