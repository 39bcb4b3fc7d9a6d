; The gaff hook.

; Hook_Fire
; Throws the hook in the direction the hero faces, unless it is already out or not owned.
; Entry: M=8 X=8   In: HasHook, HookState
; Out: C set when thrown, HookState, HookReach, HeroAction   Clobbers: A
Hook_Fire:
  LDA.l HasHook
  BEQ .cannot
  LDA.w HookState
  BNE .cannot
  STZ.w HookReach
  INC.w HookState
  LDA #$03
  STA.w HeroAction
  SEC
  RTL
.cannot
  CLC
  RTL

; Hook_Run
; Runs one frame of the hook: pays out six pixels, draws the hero along once it bites, hauls back when the rope ends.
; Entry: M=8 X=8   In: HookState, HookReach, HeroFacing, HeroX, HeroY
; Out: HookState, HookReach, HeroX, HeroY, HeroAction   Clobbers: A, X, Work0, Work1
Hook_Run:
  LDA.w HookState
  BEQ .stowed
  CMP #$02
  BEQ .bites
  BCS .back
  LDA.w HookReach
  CLC
  ADC #$06
  STA.w HookReach
  JSL Hook_MaxReach
  CMP.w HookReach
  BCC .rope_ends
  JSL Hook_TipGround
  CMP #$01
  BNE .stowed
  INC.w HookState
  RTL
.rope_ends
  STA.w HookReach
  LDA #$03
  STA.w HookState
.stowed
  RTL
.bites
  LDA.w HeroFacing
  AND #$03
  ASL A
  TAX
  REP #$20
  LDA.l Hook_PullX,X
  CLC
  ADC.w HeroX
  STA.w HeroX
  LDA.l Hook_PullY,X
  CLC
  ADC.w HeroY
  STA.w HeroY
  SEP #$20
.back
  LDA.w HookReach
  SEC
  SBC #$04
  BCC .home
  STA.w HookReach
  RTL
.home
  STZ.w HookReach
  STZ.w HookState
  STZ.w HeroAction
  RTL

; Hook_MaxReach
; Gives the length of rope of the gaff the hero carries.
; Entry: M=8 X=8   In: HasHook
; Out: A = 72 pixels, or 112 for the long gaff   Clobbers: none
Hook_MaxReach:
  LDA.l HasHook
  CMP #$02
  LDA #$48
  BCC .short
  LDA #$70
.short
  RTL

; Hook_TipGround
; Sorts the ground under the tip of the hook.
; Entry: M=8 X=8   In: HookReach, HeroFacing, HeroX, HeroY
; Out: A = ground kind as Rooms_GroundKind gives it   Clobbers: X, Work0, Work1
Hook_TipGround:
  LDA.w HeroX
  STA.b Work0
  LDA.w HeroY
  STA.b Work1
  LDX.w HeroFacing
  CPX #$02
  BEQ .south
  BCS .west
  CPX #$01
  BEQ .east
  SEC
  SBC.w HookReach
  STA.b Work1
  BRA .read
.south
  CLC
  ADC.w HookReach
  STA.b Work1
  BRA .read
.east
  LDA.b Work0
  CLC
  ADC.w HookReach
  STA.b Work0
  BRA .read
.west
  LDA.b Work0
  SEC
  SBC.w HookReach
  STA.b Work0
.read
  REP #$30
  JSL Rooms_TileAt
  SEP #$30
  JSL Rooms_GroundKind
  RTL

Hook_PullX:
  dw 0, 4, 0, -4

Hook_PullY:
  dw -4, 0, 4, 0
