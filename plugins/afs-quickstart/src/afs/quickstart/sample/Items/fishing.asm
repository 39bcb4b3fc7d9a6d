; Angling: cast, wait, strike, reel. The line snaps at full tension and the fish
; is lost at none.

; Fishing_Cast
; Throws the line: takes one worm, draws the patience of the fish, and shows the hero casting.
; Entry: M=8 X=8   In: HasRod, LogBait, RandomState
; Out: C set when cast, FishState, FishPatience, FishTension, HeroAction, LogBait, RandomState   Clobbers: A, X, Work0
Fishing_Cast:
  LDA.l HasRod
  BEQ .cannot
  LDX #$02
  LDA #$01
  JSL Item_Use
  BCC .cannot
  JSL Random_Next
  AND #$7F
  CLC
  ADC #$3C
  STA.w FishPatience
  STZ.w FishPatience+1
  LDA #$02
  STA.w FishState
  LDA #$04
  STA.w HeroAction
  STZ.w FishTension
  SEC
  RTL
.cannot
  CLC
  RTL

; Fishing_Run
; Runs one frame of angling by its state: patience runs out into a bite, a bite not struck within 30 frames is lost.
; Entry: M=8 X=8   In: FishState, FishPatience, PadPressed, PadHeld
; Out: FishState, FishPatience, FishTension, FishKind, HeroAction, EffectQueue, and what Fishing_Land sets   Clobbers: A, X, Y, Work0, Work1, Work2
Fishing_Run:
  LDA.w FishState
  CMP #$02
  BEQ .waiting
  CMP #$03
  BEQ .bite
  CMP #$04
  BNE .idle
  JMP Fishing_Reel
.waiting
  REP #$20
  DEC.w FishPatience
  SEP #$20
  BNE .idle
  INC.w FishState
  JSL Fishing_DrawFish
  STA.w FishKind
  LDA #$1E
  STA.w FishPatience
  LDA.b #!SOUND_SPLASH
  JSL Sound_Queue
.idle
  RTL
.bite
  LDA.b PadPressed
  AND #$80
  BNE .strike
  DEC.w FishPatience
  BNE .idle
  STZ.w FishState
  STZ.w HeroAction
  RTL
.strike
  INC.w FishState
  LDA #$60
  STA.w FishTension
  LDA.b #!SOUND_REEL
  JSL Sound_Queue
  LDA #$78
  STA.w FishPatience
  RTL

; Fishing_Reel
; Fights the fish for 120 frames: the button pulls, the fish pulls by its kind; lands it, snaps the line, or lets it go.
; Entry: M=8 X=8   In: FishTension, FishKind, FishPatience, PadHeld
; Out: FishState, FishTension, FishPatience, HeroAction, EffectQueue, and what Fishing_Land sets   Clobbers: A, X, Y, Work0, Work1, Work2
Fishing_Reel:
  LDA.w FishKind
  AND #$07
  TAX
  LDA.l Fish_Pull,X
  TAX
  LDA.w FishTension
  BIT.b PadHeld
  BMI .hauls
  STX.b Work0
  SEC
  SBC #$04
  BCC .gone
  CLC
  ADC.b Work0
  BRA .tension
.hauls
  STX.b Work0
  CLC
  ADC.b Work0
  BCS .snap
  ADC #$03
  BCS .snap
.tension
  STA.w FishTension
  CMP #$FA
  BCS .snap
  CMP #$08
  BCC .gone
  DEC.w FishPatience
  BNE .fight_on
  JSL Fishing_Land
  BRA .over
.snap
  LDA.b #!SOUND_SNAP
  JSL Sound_Queue
.gone
  STZ.w FishTension
.over
  STZ.w FishState
  STZ.w HeroAction
.fight_on
  RTL

; Fishing_DrawFish
; Draws the fish that bites: deep water and a rising tide bring the rarer half of the catch table.
; Entry: M=8 X=8   In: TideLevel, TideRising, RandomState
; Out: A = row of the catch table 0 to 7, RandomState   Clobbers: X, Work0
Fishing_DrawFish:
  JSL Random_Next
  CLC
  LDX.w TideRising
  BEQ .ebb
  ADC #$20
  BCC .ebb
  LDA #$FF
.ebb
  LDX #$00
.row
  CMP.l Fish_Odds,X
  BCC .drawn
  INX
  CPX #$07
  BNE .row
.drawn
  LDA.w TideLevel
  CMP #$04
  TXA
  BCC .shallow
  RTL
.shallow
  AND #$03
  RTL

; Fishing_Land
; Weighs a landed fish, marks its kind as seen, enters a record catch and pays what the fish is worth.
; Entry: M=8 X=8   In: FishKind, RandomState
; Out: FishSeen, BestFish, RecordFish, LogShellGoal, HudDirty, RandomState, A = ounces   Clobbers: X, Y, Work0, Work1, Work2
Fishing_Land:
  LDA.w FishKind
  AND #$07
  TAY
  TYX
  LDA.l Timer_EventMask,X
  STA.b Work0
  LDA.l FishSeen
  ORA.b Work0
  STA.l FishSeen
  LDA.l Fish_Spread,X
  JSL Random_Below
  TYX
  CLC
  ADC.l Fish_Weight,X
  CMP.l BestFish,X
  BCC .no_record
  STA.l BestFish,X
.no_record
  PHA
  REP #$20
  AND #$00FF
  CMP.l RecordFish
  BCC .no_battery_record
  STA.l RecordFish
.no_battery_record
  TYA
  ASL A
  TAX
  LDA.l Fish_Price,X
  STA.b Work0
  SEP #$20
  JSL Purse_Earn
  PLA
  RTL

Fish_Odds:
  db 90, 140, 176, 204, 224, 238, 248

Fish_Pull:
  db 2, 3, 3, 4, 5, 6, 7, 9

; Lightest fish of each kind in ounces, and how much heavier one can be.
Fish_Weight:
  db 4, 7, 12, 20, 36, 58, 90, 150

Fish_Spread:
  db 4, 6, 9, 15, 24, 30, 50, 105

; Packed decimal shells paid for each kind.
Fish_Price:
  dw $0002, $0004, $0007, $0012
  dw $0025, $0040, $0085, $0200
