; Boxes, blows and damage.

; Box_Overlap
; Tests two spans on one axis; call it once for x and once for y.
; Entry: M=8 X=8   In: A = start of the first span, Work0 = its length byte, X = start of the second span, Work1 = its length byte
; Out: C set when the spans touch   Clobbers: A, Work2
Box_Overlap:
  STX.b Work2
  CMP.b Work2
  BCS .first_is_later
  STA.b Work2+1
  TXA
  SEC
  SBC.b Work2+1
  CMP.b Work0
  BRA .verdict
.first_is_later
  SBC.b Work2
  CMP.b Work1
.verdict
  BCC .touch
  CLC
  RTL
.touch
  SEC
  RTL

; Hero_TouchesActor
; Tests the hero's 12 by 12 foot box against the box of a creature's kind.
; Entry: M=8 X=8   In: X = slot, HeroX, HeroY
; Out: C set when they touch   Clobbers: A, Y, Work0, Work1, Work2
Hero_TouchesActor:
  PHX
  TXY
  LDA #$0C
  STA.b Work0
  LDX.w ActorKind,Y
  LDA.l ActorKinds_Width,X
  STA.b Work1
  LDX.w ActorXLow,Y
  LDA.w HeroX
  JSL Box_Overlap
  BCC .apart
  LDX.w ActorKind,Y
  LDA.l ActorKinds_Height,X
  STA.b Work1
  LDX.w ActorYLow,Y
  LDA.w HeroY
  JSL Box_Overlap
.apart
  PLX
  RTL

; Damage_ToHero
; Works out a blow: the force of the kind less the coat, never below one quarter pearl.
; Entry: M=8 X=8   In: A = creature kind, HeroArmour
; Out: A = quarter pearls lost   Clobbers: X, Work0
Damage_ToHero:
  TAX
  LDA.l ActorKinds_Force,X
  STA.b Work0
  LDX.w HeroArmour
  LDA.l .coat_worth,X
  EOR #$FF
  SEC
  ADC.b Work0
  BMI .scratch
  BNE .felt
.scratch
  LDA #$01
.felt
  RTL
.coat_worth
  db 0, 2, 4, 4

; Damage_ToActor
; Works out the hero's blow: base force of the blade, doubled from behind, halved against shells in water.
; Entry: M=8 X=8   In: A = 1 when the blow comes from behind, X = creature kind, HeroBlade, RoomWater
; Out: A = hit points   Clobbers: X, Y, Work0
Damage_ToActor:
  STA.b Work0
  TXY
  LDA.w HeroBlade
  AND #$03
  TAX
  LDA.l .blade_force,X
  LSR.b Work0
  BCC .from_front
  ASL A
.from_front
  CPY.b #!KIND_LURKCRAB
  BNE .soft
  LDX.w RoomWater
  BEQ .soft
  LSR A
.soft
  CMP #$00
  BNE .lands
  INC A
.lands
  RTL
.blade_force
  db 1, 2, 4, 6

; Hero_TakeBlow
; Hurts the hero unless mercy runs: takes vigor, starts 64 frames of mercy, and sets the push away from the blow.
; Entry: M=8 X=8   In: A = quarter pearls, X = side the blow comes from, HeroMercy
; Out: C set when the hero fell, HeroVigor, HeroMercy, HeroPushX, HeroPushY, HeroAction, HudDirty   Clobbers: A
Hero_TakeBlow:
  PHA
  LDA.w HeroMercy
  BNE .spared
  LDA #$40
  STA.w HeroMercy
  LDA.l .push_x,X
  STA.w HeroPushX
  LDA.l .push_y,X
  STA.w HeroPushY
  LDA #$05
  STA.w HeroAction
  LDA #$01
  TSB.w HudDirty
  PLA
  EOR #$FF
  SEC
  ADC.w HeroVigor
  BEQ .falls
  BCC .falls
  STA.w HeroVigor
  CLC
  RTL
.spared
  PLA
  CLC
  RTL
.falls
  STZ.w HeroVigor
  SEC
  RTL
.push_x
  db 0, $F4, 0, 12
.push_y
  db 12, 0, $F4, 0

; Hero_ApplyPush
; Lets a push wear off: moves the hero by a quarter of what is left on each axis and keeps the rest.
; Entry: M=8 X=8   In: HeroPushX, HeroPushY, HeroX, HeroY
; Out: HeroX, HeroY, HeroPushX, HeroPushY   Clobbers: A, X, Work0
Hero_ApplyPush:
  LDX #$00
.axis
  LDA.w HeroPushX,X
  BEQ .spent
  CMP #$80
  ROR A
  CMP #$80
  ROR A
  BNE .moves
  STA.w HeroPushX,X
  BRA .spent
.moves
  STA.b Work0
  LDA.w HeroPushX,X
  SEC
  SBC.b Work0
  STA.w HeroPushX,X
  PHX
  TXA
  ASL A
  TAX
  REP #$20
  LDA.b Work0
  JSL Math_SignExtend
  CLC
  ADC.w HeroX,X
  STA.w HeroX,X
  SEP #$20
  PLX
.spent
  INX
  CPX #$02
  BNE .axis
  RTL

; Hero_Heal
; Gives vigor back up to the limit and lets the status bar know.
; Entry: M=8 X=8   In: A = quarter pearls, HeroVigor, HeroVigorMax
; Out: HeroVigor, HudDirty, C set when the hero is whole   Clobbers: A
Hero_Heal:
  CLC
  ADC.w HeroVigor
  BCS .whole
  CMP.w HeroVigorMax
  BCS .whole
  STA.w HeroVigor
  LDA #$01
  TSB.w HudDirty
  CLC
  RTL
.whole
  LDA.w HeroVigorMax
  STA.w HeroVigor
  LDA #$01
  TSB.w HudDirty
  SEC
  RTL

; Hero_CountMercy
; Counts the safe frames after a blow down and tells whether the hero is to be drawn in this one.
; Entry: M=8 X=8   In: HeroMercy
; Out: HeroMercy, C set when the hero is drawn   Clobbers: A
Hero_CountMercy:
  LDA.w HeroMercy
  BEQ .drawn
  DEC A
  STA.w HeroMercy
  AND #$04
  BEQ .drawn
  CLC
  RTL
.drawn
  SEC
  RTL
