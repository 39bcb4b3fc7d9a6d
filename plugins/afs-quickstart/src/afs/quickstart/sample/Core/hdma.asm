; Line effects: the swell that bends the water layer and the mist at the horizon.

; Wave_Build
; Writes the line table of the swell: one signed sine offset for every four lines, deeper with a stronger wind.
; Entry: M=8 X=8   In: FrameCount, WindForce
; Out: WaveTable   Clobbers: A, X, Y, Work0, Work1
Wave_Build:
  LDA.w WindForce
  LSR A
  STA.b Work1
  LDA.b FrameCount
  STA.b Work0
  LDY #$00
.band
  LDA #$04
  STA.w WaveTable,Y
  LDA.b Work0
  JSL Math_Sine
  LDX #$05
.flatten
  CMP #$80
  ROR A
  CPX.b Work1
  BCC .deep
  BEQ .deep
  DEX
  BNE .flatten
.deep
  STA.w WaveTable+1,Y
  ASL A
  LDA #$FF
  BCS .left
  INC A
.left
  STA.w WaveTable+2,Y
  LDA.b Work0
  ADC #$0B
  STA.b Work0
  INY
  INY
  INY
  CPY #$A8
  BNE .band
  LDA #$00
  STA.w WaveTable,Y
  RTL

; Wave_Enable
; Points line channel 7 at the swell table and at the vertical scroll of layer 1.
; Entry: M=8 X=8   In: DB = 0
; Out: HdmaMask   Clobbers: A
Wave_Enable:
  LDA #$02
  STA.w !DMAP7
  LDA.b #!BG1VOFS&$FF
  STA.w !BBAD7
  REP #$20
  LDA.w #WaveTable
  STA.w !A1T7L
  SEP #$20
  LDA #$7E
  STA.w !A1B7
  LDA #$80
  TSB.b HdmaMask
  RTL

; Wave_Disable
; Switches the swell off at the next frame interrupt.
; Entry: M=8 X=8   In: HdmaMask
; Out: HdmaMask   Clobbers: A
Wave_Disable:
  LDA #$80
  TRB.b HdmaMask
  RTL

; Mist_Shade
; Works out the grey that the fixed colour adds at a screen line: thick at the horizon, gone at line 96.
; Entry: M=8 X=8   In: A = screen line, TideLevel
; Out: A = shade 0 to 31   Clobbers: Work0
Mist_Shade:
  STA.b Work0
  LDA #$60
  SEC
  SBC.b Work0
  BCC .clear
  LSR A
  LSR A
  CLC
  ADC.w TideLevel
  CMP #$20
  BCC .thin
  LDA #$1F
.thin
  RTL
.clear
  LDA #$00
  RTL
