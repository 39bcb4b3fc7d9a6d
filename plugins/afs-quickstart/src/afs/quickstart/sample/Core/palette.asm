; Colours: fades toward black, blends toward a goal, and turning water.

; Palette_Darken
; Scales the three parts of one colour by a fade level, so that level 31 leaves it as it is.
; Entry: M=16 X=8   In: A = 15-bit colour, FadeLevel
; Out: A = darkened colour   Clobbers: X, Work0, Work1, Work2, Work3
Palette_Darken:
  STA.b Work0
  LDX.w FadeLevel
  CPX #$1F
  BCS .full
  AND #$001F
  JSR Palette_ScalePart
  STA.b Work3
  LDA.b Work0
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  AND #$001F
  JSR Palette_ScalePart
  ASL A
  ASL A
  ASL A
  ASL A
  ASL A
  TSB.b Work3
  LDA.b Work0+1
  LSR A
  LSR A
  AND #$001F
  JSR Palette_ScalePart
  XBA
  ASL A
  ASL A
  ORA.b Work3
  RTL
.full
  LDA.b Work0
  RTL

; Palette_ScalePart
; Multiplies one five-bit part of a colour by the fade level plus one and divides by 32.
; Entry: M=16 X=8   In: A = part 0 to 31, FadeLevel
; Out: A = scaled part   Clobbers: X, Work1, Work2
Palette_ScalePart:
  STA.b Work1
  STZ.b Work2
  LDA.w FadeLevel
  AND #$001F
  INC A
  LDX #$06
.bit
  LSR A
  BCC .skip
  PHA
  LDA.b Work2
  CLC
  ADC.b Work1
  STA.b Work2
  PLA
.skip
  ASL.b Work1
  DEX
  BNE .bit
  LDA.b Work2
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  RTS

; Palette_Fade
; Runs one frame of a fade: moves the level, darkens all 256 goal colours by it, and stops at either end.
; Entry: M=8 X=8   In: FadeLevel, FadeStep, PaletteGoal
; Out: FadeLevel, FadeStep, PaletteNow, PaletteDirty   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
Palette_Fade:
  LDA.w FadeStep
  BEQ .still
  CLC
  ADC.w FadeLevel
  BPL .not_black
  LDA #$00
  STZ.w FadeStep
.not_black
  CMP #$20
  BCC .in_range
  LDA #$1F
  STZ.w FadeStep
.in_range
  STA.w FadeLevel
  REP #$30
  LDY #$01FE
.colour
  TYX
  LDA.l PaletteGoal,X
  PHY
  SEP #$10
  JSL Palette_Darken
  REP #$10
  PLY
  STA.w PaletteNow,Y
  DEY
  DEY
  BPL .colour
  SEP #$30
  INC.w PaletteDirty
.still
  RTL

; Palette_Cycle
; Turns a row of colours by one place, so that painted water seems to flow.
; Entry: M=16 X=8   In: X = byte offset of the first colour, Work0 = byte offset of the last colour, both even and below 256
; Out: PaletteNow, PaletteDirty   Clobbers: A, X
Palette_Cycle:
  LDA.w PaletteNow,X
  PHA
.shift
  CPX.b Work0
  BCS .last
  LDA.w PaletteNow+2,X
  STA.w PaletteNow,X
  INX
  INX
  BRA .shift
.last
  PLA
  STA.w PaletteNow,X
  LDX #$01
  STX.w PaletteDirty
  RTL

; Palette_Grey
; Turns one colour into the grey of its green part, for the drowned wardens.
; Entry: M=16 X=16   In: A = 15-bit colour
; Out: A = grey colour   Clobbers: Work0
Palette_Grey:
  AND #$03E0
  STA.b Work0
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  ORA.b Work0
  ASL.b Work0
  ASL.b Work0
  ASL.b Work0
  ASL.b Work0
  ASL.b Work0
  ORA.b Work0
  RTL

; Palette_Send
; Sends all colours to the picture unit when one of them changed; for the frame interrupt.
; Entry: M=8 X=8   In: DB = 0, PaletteDirty, PaletteNow
; Out: PaletteDirty = 0   Clobbers: A, X
Palette_Send:
  LDA.w PaletteDirty
  BEQ .clean
  STZ.w PaletteDirty
  STZ.w !CGADD
  LDX #$7E
  STX.w !A1B0
  REP #$20
  LDA.w #PaletteNow
  STA.w !A1T0L
  LDA #$2200
  STA.w !DMAP0
  LDA #$0200
  STA.w !DAS0L
  SEP #$20
  LDA #$01
  STA.w !MDMAEN
.clean
  RTL
