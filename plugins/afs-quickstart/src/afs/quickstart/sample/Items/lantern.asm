; The storm lantern.

; Lantern_Toggle
; Lights or douses the lantern; it stays dark without oil or without a lantern.
; Entry: M=8 X=8   In: LanternLit, HasLantern, LogOil
; Out: LanternLit, LanternDrip, C set when it burns now   Clobbers: A
Lantern_Toggle:
  LDA.w LanternLit
  BNE .douse
  LDA.l HasLantern
  BEQ .dark
  LDA.l LogOil
  BEQ .dark
  INC.w LanternLit
  LDA #$F0
  STA.w LanternDrip
  SEC
  RTL
.douse
  STZ.w LanternLit
.dark
  CLC
  RTL

; Lantern_Burn
; Burns a dram of oil every 240 frames, twice as fast in a wind of five or more, and goes out with the last.
; Entry: M=8 X=8   In: LanternLit, LanternDrip, WindForce, LogOil
; Out: LanternLit, LanternDrip, LanternRadius, LogOil, HudDirty   Clobbers: A, X, Work0
Lantern_Burn:
  LDA.w LanternLit
  BEQ .radius
  LDX #$01
  LDA.w WindForce
  CMP #$05
  BCC .sheltered
  INX
.sheltered
  STX.b Work0
  LDA.w LanternDrip
  SEC
  SBC.b Work0
  BEQ .dram
  BCS .keep
.dram
  LDX #$00
  LDA #$01
  JSL Item_Use
  LDA #$04
  TSB.w HudDirty
  LDA.l LogOil
  BNE .refill
  STZ.w LanternLit
.refill
  LDA #$F0
.keep
  STA.w LanternDrip
.radius
  JSL Lantern_Light
  STA.w LanternRadius
  RTL

; Lantern_Light
; Works out the lit radius: 20 pixels unlit, 48 for the tin and 72 for the storm lantern, less the flicker.
; Entry: M=8 X=8   In: LanternLit, HasLantern, FrameCount
; Out: A = radius in pixels   Clobbers: X, Work0
Lantern_Light:
  LDA.w LanternLit
  BEQ .unlit
  LDA.l HasLantern
  AND #$03
  TAX
  LDA.b FrameCount
  LSR A
  LSR A
  AND #$03
  STA.b Work0
  LDA.l .radius,X
  SEC
  SBC.b Work0
  RTL
.unlit
  LDA #$14
  RTL
.radius
  db 24, 48, 72, 72

; Lantern_MinutesLeft
; Estimates how many whole minutes the oil will last in the present wind: fifteen drams a minute, thirty in a gale.
; Entry: M=8 X=8   In: LogOil, WindForce
; Out: A = minutes   Clobbers: X, Work0, Work1, Work2
Lantern_MinutesLeft:
  LDX.b #15
  LDA.w WindForce
  CMP #$05
  BCC .sheltered
  LDX.b #30
.sheltered
  LDA.l LogOil
  REP #$20
  AND #$00FF
  JSL Math_Divide
  SEP #$20
  RTL
