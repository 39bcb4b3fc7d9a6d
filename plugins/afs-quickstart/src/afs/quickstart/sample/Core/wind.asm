; Wind and the boat. Compass points run from 0 north, clockwise, to 15.

; Wind_Veer
; Counts down to the next shift; then turns the wind by at most one point and changes its force by at most one.
; Entry: M=8 X=8   In: WindShift, RandomState
; Out: WindShift, WindPoint, WindForce, RandomState   Clobbers: A, Work0
Wind_Veer:
  REP #$20
  LDA.w WindShift
  BEQ .shift
  DEC A
  STA.w WindShift
  SEP #$20
  RTL
.shift
  LDA.w #600
  STA.w WindShift
  SEP #$20
  JSL Random_Next
  LSR A
  BCC .steady_point
  LSR A
  LDA.w WindPoint
  BCC .backs
  INC A
  INC A
.backs
  DEC A
  AND.b #!WIND_POINTS-1
  STA.w WindPoint
.steady_point
  LDA.b RandomState+1
  AND #$03
  BEQ .calmer
  CMP #$03
  BNE .done
  LDA.w WindForce
  CMP #$07
  BCS .done
  INC.w WindForce
.done
  RTL
.calmer
  LDA.w WindForce
  BEQ .done
  DEC.w WindForce
  RTL

; Wind_AngleToBow
; Measures the angle between the wind and the bow, the short way round.
; Entry: M=8 X=8   In: WindPoint, BoatHeading
; Out: A = points 0 (in irons) to 8 (before the wind), C set when the wind comes over the port side   Clobbers: none
Wind_AngleToBow:
  LDA.w WindPoint
  SEC
  SBC.w BoatHeading
  AND #$0F
  CMP #$09
  BCS .port
  CLC
  RTL
.port
  SBC #$10
  EOR #$FF
  INC A
  SEC
  RTL

; Boat_Steer
; Turns the bow by one point every eight frames with left and right, and hauls or eases the sail with up and down.
; Entry: M=8 X=8   In: PadHeld, PadPressed, FrameCount
; Out: BoatHeading, SailTrim   Clobbers: A
Boat_Steer:
  LDA.b FrameCount
  AND #$07
  BNE .sail
  LDA.b PadHeld+1
  AND.b #!PAD_RIGHT>>8
  BEQ .not_right
  INC.w BoatHeading
.not_right
  LDA.b PadHeld+1
  AND.b #!PAD_LEFT>>8
  BEQ .not_left
  DEC.w BoatHeading
.not_left
  LDA #$F0
  TRB.w BoatHeading
.sail
  LDA.b PadPressed+1
  AND.b #!PAD_DOWN>>8
  BEQ .not_eased
  LDA.w SailTrim
  CMP #$04
  BCS .not_eased
  INC.w SailTrim
.not_eased
  LDA.b PadPressed+1
  AND.b #!PAD_UP>>8
  BEQ .not_hauled
  LDA.w SailTrim
  BEQ .not_hauled
  DEC.w SailTrim
.not_hauled
  RTL

; Boat_BestTrim
; Tells the trim that draws best at an angle to the wind.
; Entry: M=8 X=8   In: A = points off the wind 0 to 8
; Out: A = trim 0 close-hauled to 4 squared   Clobbers: X
Boat_BestTrim:
  TAX
  LDA.l .trim,X
  RTL
.trim
  db 0, 0, 0, 1, 1, 2, 3, 4, 4

; Boat_ComputeSpeed
; Works out the speed the wind would give (angle, force, sail) less two for each step of wrong trim, and lets the boat gather or lose one step of way.
; Entry: M=8 X=8   In: WindPoint, BoatHeading, WindForce, SailTrim, HasSail
; Out: BoatSpeed   Clobbers: A, X, Work0, Work1, Work2, Work3
Boat_ComputeSpeed:
  JSL Wind_AngleToBow
  PHA
  JSL Boat_BestTrim
  SEC
  SBC.w SailTrim
  BPL .trim_error
  EOR #$FF
  INC A
.trim_error
  ASL A
  STA.b Work3
  PLX
  LDA.l HasSail
  BEQ .oars
  LDA.l Boat_DriveByAngle,X
  STA.b Work0
  LDA.w WindForce
  JSL Math_Multiply
  LDA.b Work2
  LSR A
  LSR A
  SEC
  SBC.b Work3
  BCS .wanted
  LDA #$00
  BRA .wanted
.oars
  LDA #$06
.wanted
  CMP.w BoatSpeed
  BEQ .steady
  BCS .gathers
  DEC.w BoatSpeed
  RTL
.gathers
  INC.w BoatSpeed
.steady
  RTL

Boat_DriveByAngle:
  db 0, 0, 8, 14, 18, 20, 19, 16, 13

; Boat_Drift
; Moves the boat along its heading; speeds are sixteenths of a pixel, and what is not a whole pixel is kept for the next frame.
; Entry: M=8 X=8   In: BoatHeading, BoatSpeed
; Out: HeroX, HeroY, BoatSubX, BoatSubY   Clobbers: A, X, Work0, Work1, Work2
Boat_Drift:
  LDA.w BoatHeading
  ASL A
  ASL A
  ASL A
  ASL A
  PHA
  JSR Boat_Project
  CLC
  ADC.w BoatSubX
  STA.w BoatSubX
  JSR Boat_WholePixels
  CLC
  ADC.w HeroX
  STA.w HeroX
  SEP #$20
  LDA #$F0
  TRB.w BoatSubX
  PLA
  SEC
  SBC #$40
  JSR Boat_Project
  CLC
  ADC.w BoatSubY
  STA.w BoatSubY
  JSR Boat_WholePixels
  CLC
  ADC.w HeroY
  STA.w HeroY
  SEP #$20
  LDA.w BoatSubY
  AND #$0F
  STA.w BoatSubY
  RTL

; Boat_Project
; Gives the share of the boat's speed that falls on one axis.
; Entry: M=8 X=8   In: A = angle of 256 steps, BoatSpeed
; Out: A = signed sixteenths of a pixel   Clobbers: X, Work0, Work1, Work2
Boat_Project:
  JSL Math_Sine
  CMP #$80
  PHP
  BCC .ahead
  EOR #$FF
  INC A
.ahead
  STA.b Work0
  LDA.w BoatSpeed
  JSL Math_Multiply
  ASL.b Work2
  LDA.b Work2+1
  ROL A
  PLP
  BCC .done
  EOR #$FF
  INC A
.done
  RTS

; Boat_WholePixels
; Cuts the sixteenths off a signed byte and widens the rest to a word for adding to a position.
; Entry: M=8 X=8   In: A = signed sixteenths
; Out: A = signed whole pixels, M=16 on return   Clobbers: none
Boat_WholePixels:
  REP #$20
  AND #$00FF
  LSR A
  LSR A
  LSR A
  LSR A
  EOR #$0008
  SEC
  SBC #$0008
  RTS

; Wind_DrawArrow
; Chooses tile and flip of the weather vane in the corner of the sea chart from the compass point.
; Entry: M=8 X=8   In: WindPoint
; Out: A = tile number, X = flip bits as in object attributes   Clobbers: Y
Wind_DrawArrow:
  LDA.w WindPoint
  TAX
  LDA.l .flip,X
  TAY
  LDA.l .tile,X
  TYX
  RTL
.tile
  db $C0, $C1, $C2, $C3, $C4, $C3, $C2, $C1
  db $C0, $C1, $C2, $C3, $C4, $C3, $C2, $C1
.flip
  db $00, $00, $00, $00, $00, $80, $80, $80
  db $80, $C0, $C0, $C0, $40, $40, $40, $40
