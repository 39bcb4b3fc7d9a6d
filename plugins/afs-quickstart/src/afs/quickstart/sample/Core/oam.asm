; Object memory. Sprites add objects to a shadow copy; what is left over is
; parked below the screen; the frame interrupt sends the whole copy.

; Oam_Begin
; Starts an empty object list for the frame.
; Entry: M=8 X=8   In: none
; Out: OamCursor = 0, OamDropped = 0, OamHigh = 0   Clobbers: X
Oam_Begin:
  REP #$20
  STZ.w OamCursor
  LDX #$1E
.clear
  STZ.w OamHigh,X
  DEX
  DEX
  BPL .clear
  SEP #$20
  STZ.w OamDropped
  RTL

; Oam_Put
; Adds one object to the list, or counts it as dropped when 128 are there.
; Entry: M=8 X=16   In: A = screen x, Work0 = screen y byte, Work1 = tile and attribute word, OamCursor
; Out: C set when it was added, OamShadow, OamCursor, OamDropped   Clobbers: X
Oam_Put:
  LDX.w OamCursor
  CPX #$0200
  BCS .full
  STA.w OamShadow,X
  PHA
  LDA.b Work0
  STA.w OamShadow+1,X
  LDA.b Work1
  STA.w OamShadow+2,X
  LDA.b Work1+1
  STA.w OamShadow+3,X
  PLA
  INX
  INX
  INX
  INX
  STX.w OamCursor
  SEC
  RTL
.full
  INC.w OamDropped
  CLC
  RTL

; Oam_MarkLarge
; Gives the object that was added last the large size, and its ninth x bit when asked.
; Entry: M=8 X=16   In: A = 2 for large, 3 for large and left of the screen, OamCursor
; Out: OamHigh   Clobbers: A, X, Y
Oam_MarkLarge:
  PHA
  REP #$20
  LDA.w OamCursor
  BEQ .empty
  DEC A
  LSR A
  LSR A
  PHA
  LSR A
  LSR A
  TAX
  PLA
  AND #$0003
  TAY
  SEP #$20
  PLA
.shift
  DEY
  BMI .placed
  ASL A
  ASL A
  BRA .shift
.placed
  ORA.w OamHigh,X
  STA.w OamHigh,X
  RTL
.empty
  SEP #$20
  PLA
  RTL

; Oam_Reserve
; Asks whether a picture of several objects still fits, so that it appears whole or not at all.
; Entry: M=8 X=16   In: A = objects, OamCursor
; Out: C set when they fit   Clobbers: A
Oam_Reserve:
  REP #$20
  AND #$00FF
  ASL A
  ASL A
  ADC.w OamCursor
  CMP #$0201
  SEP #$20
  BCC .fits
  CLC
  RTL
.fits
  SEC
  RTL

; Oam_Finish
; Parks every unused object at line 240, below the picture.
; Entry: M=8 X=8   In: OamCursor
; Out: OamShadow   Clobbers: A, X
Oam_Finish:
  REP #$10
  LDX.w OamCursor
  LDA #$F0
.park
  CPX #$0200
  BCS .parked
  STA.w OamShadow+1,X
  INX
  INX
  INX
  INX
  BRA .park
.parked
  SEP #$10
  RTL

; Oam_Send
; Sends the object list of 544 bytes to the picture unit; for the frame interrupt.
; Entry: M=8 X=8   In: DB = 0, OamShadow, OamHigh
; Out: object memory   Clobbers: A, X
Oam_Send:
  REP #$20
  STZ.w !OAMADDL
  LDA #$0400
  STA.w !DMAP0
  LDA.w #OamShadow
  STA.w !A1T0L
  LDA #$0220
  STA.w !DAS0L
  SEP #$20
  LDX #$7E
  STX.w !A1B0
  LDX #$01
  STX.w !MDMAEN
  RTL
