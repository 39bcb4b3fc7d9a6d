; Power on, the frame interrupt, and the loop that runs one game state a frame.

; Boot_Reset
; First instruction after power on: native mode, stack, blank screen, clean RAM, then the main loop for ever.
; Entry: M=8 X=8   In: none
; Out: never returns   Clobbers: A, X, Y
Boot_Reset:
  SEI
  CLC
  XCE
  REP #$38
  LDX #$1FFF
  TXS
  LDA #$0000
  TCD
  SEP #$30
  PHK
  PLB
  LDA #$8F
  STA.w !INIDISP
  STZ.w !NMITIMEN
  STZ.w !HDMAEN
  JSR Boot_ClearWorkRam
  JSR Boot_PrepareVideo
  JSR Boot_PrepareBattery
  LDA #$0F
  STA.b ScreenLight
  LDA #$81
  STA.w !NMITIMEN
  CLI
  JMP Boot_MainLoop

; Boot_ClearWorkRam
; Fills the first 6 KB of work RAM with zero and plants the first random state.
; Entry: M=8 X=8   In: none
; Out: $7E0000-$7E17FF = 0, RandomState = $1D87   Clobbers: A, X
Boot_ClearWorkRam:
  REP #$30
  LDX #$17FE
.wipe
  STZ.w Work0,X
  DEX
  DEX
  BPL .wipe
  LDA #$1D87
  STA.b RandomState
  SEP #$30
  RTS

; Boot_PrepareVideo
; Puts the picture unit into mode 1 with 16-pixel objects and the layers the shore needs.
; Entry: M=8 X=8   In: DB = 0
; Out: video registers, LayerMask   Clobbers: A
Boot_PrepareVideo:
  LDA #$09
  STA.w !BGMODE
  LDA #$62
  STA.w !OBSEL
  LDA #$80
  STA.w !VMAIN
  STZ.w !MOSAIC
  LDA #$17
  STA.b LayerMask
  STA.w !TM
  RTS

; Boot_PrepareBattery
; Marks a virgin battery as prepared and empties its records; an interrupted write invalidates the slot it hit.
; Entry: M=8 X=8   In: none
; Out: BatteryMark, RecordTime, RecordFish, CreditsSeen, LastSlot, SlotWriting, SlotA, SlotB, SlotC   Clobbers: A, X
Boot_PrepareBattery:
  REP #$20
  LDA.l BatteryMark
  CMP #$5A3C
  BEQ .prepared
  LDA #$5A3C
  STA.l BatteryMark
  LDA #$FFFF
  STA.l RecordTime
  LDA #$0000
  STA.l RecordFish
  STA.l SlotA
  STA.l SlotB
  STA.l SlotC
  SEP #$20
  STA.l LastSlot
  STA.l CreditsSeen
  BRA .idle
.prepared
  SEP #$20
  LDA.l SlotWriting
  BEQ .done
  LDA.l LastSlot
  CMP.b #!SAVE_SLOTS
  BCS .idle
  XBA
  LDA #$00
  REP #$30
  TAX
  LDA #$0000
  STA.l SlotA,X
  SEP #$30
.idle
  LDA #$00
  STA.l SlotWriting
.done
  RTS

; Boot_MainLoop
; Runs the present game state once a frame and then waits until the frame interrupt has drawn it.
; Entry: M=8 X=8   In: GameState
; Out: never returns   Clobbers: A, X, Y
Boot_MainLoop:
.frame
  JSL Input_Read
  JSL Oam_Begin
  LDA.b GameState
  CMP.b #!STATE_COUNT
  BCC .known
  LDA.b #!STATE_TITLE
  STA.b GameState
.known
  ASL A
  TAX
  JSR (Boot_StateTable,X)
  JSL Hud_Refresh
  JSL Palette_Fade
  JSL Oam_Finish
  JSL Timers_Run
  INC.b FrameCount
  LDA #$01
  STA.b FrameReady
.wait
  WAI
  LDA.b FrameReady
  BNE .wait
  BRA .frame

Boot_StateTable:
  dw State_Title
  dw State_Files
  dw State_Shore
  dw State_Dungeon
  dw State_Menu
  dw State_Sailing

; Boot_Nmi
; Frame interrupt: sends objects, queued transfers and colours while the beam is off, then frees the main loop.
; Entry: M=any X=any   In: FrameReady
; Out: FrameReady = 0   Clobbers: none
Boot_Nmi:
  REP #$30
  PHA
  PHX
  PHY
  PHD
  PHB
  LDA #$0000
  TCD
  SEP #$30
  PHK
  PLB
  LDA.w !RDNMI
  LDA.b FrameReady
  BEQ .late
  LDA #$80
  STA.w !INIDISP
  JSL Oam_Send
  JSL Dma_Flush
  JSL Palette_Send
  REP #$20
  LDA.b CameraX
  SEP #$20
  STA.w !BG1HOFS
  XBA
  STA.w !BG1HOFS
  LDA.b CameraY
  STA.w !BG1VOFS
  LDA.b CameraY+1
  STA.w !BG1VOFS
  LDA.b LayerMask
  STA.w !TM
  LDA.b ScreenLight
  STA.w !INIDISP
  STZ.b FrameReady
.late
  LDA.b HdmaMask
  STA.w !HDMAEN
  JSL Sound_Send
  REP #$30
  PLB
  PLD
  PLY
  PLX
  PLA
  RTI

; Boot_Irq
; Answers a stray interrupt request and returns; the hack uses none.
; Entry: M=any X=any   In: none
; Out: none   Clobbers: none
Boot_Irq:
  RTI

; State_Title
; Title screen: raises the light one step every four frames and goes to the file screen on Start.
; Entry: M=8 X=8   In: PadPressed, FrameCount
; Out: ScreenLight, GameState, GameStep   Clobbers: A
State_Title:
  LDA.b FrameCount
  AND #$03
  BNE .button
  LDA.b ScreenLight
  AND #$0F
  CMP #$0F
  BEQ .button
  INC A
  STA.b ScreenLight
.button
  LDA.b PadPressed+1
  BIT.b #!PAD_START>>8
  BEQ .stay
  LDA.b #!STATE_FILES
  STA.b GameState
  STZ.b GameStep
.stay
  RTS

; State_Files
; File screen: moves the cursor, and when a log is chosen loads it and wakes the hero on the shore.
; Entry: M=8 X=8   In: PadPressed
; Out: GameState, GameStep, FileCursor, OamShadow, OamCursor, all of work RAM from LogMark to LogEnd, and what Hero_WakeFromLog sets   Clobbers: A, X, Y, Work0, Work1
State_Files:
  JSL FileSelect_Move
  JSL FileSelect_DrawCursor
  LDA.b PadPressed+1
  AND #$90
  BEQ .stay
  LDA.w FileCursor
  JSL Save_Load
  BCS .awake
  LDA.w FileCursor
  JSL Save_NewLog
.awake
  JSL Hero_WakeFromLog
  LDA.b #!STATE_SHORE
  STA.b GameState
  STZ.b GameStep
.stay
  RTS

; State_Shore
; Walks one frame on an island: tide, wind, creatures, shots, tools, status bar.
; Entry: M=8 X=8   In: all of work RAM
; Out: all of work RAM   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
State_Shore:
  LDA #$01
  JSL TideClock_Advance
  JSL Tide_FollowTarget
  JSL Wind_Veer
  JSL Actors_RunAll
  JSL Shots_MoveAll
  JSL Hero_ApplyPush
  JSL Lantern_Burn
  JSL Fishing_Run
  JSL Hud_RollShells
  JSL Actors_DrawAll
  LDA.b PadPressed+1
  AND #$10
  BEQ .stay
  LDA.b #!STATE_MENU
  STA.b GameState
  STZ.b GameStep
.stay
  RTS

; State_Dungeon
; Walks one frame below ground: the tide still counts, water obeys the sluices, doors and chart follow the hero.
; Entry: M=8 X=8   In: all of work RAM
; Out: all of work RAM   Clobbers: A, X, Y, Work0, Work1, Work2, Work3, WorkPtr
State_Dungeon:
  LDA #$01
  JSL TideClock_Advance
  JSL Sluice_Run
  JSL Rooms_Slide
  BCS .sliding
  JSL Actors_RunAll
  JSL Shots_MoveAll
  JSL Hook_Run
  JSL Chart_MarkRoom
  JSL Hero_Breathe
.sliding
  JSL Lantern_Burn
  JSL Actors_DrawAll
  JSL Hud_RollShells
  LDA.b PadPressed+1
  BIT.b #!PAD_START>>8
  BEQ .stay
  LDA.b #!STATE_MENU
  STA.b GameState
.stay
  RTS

; State_Menu
; Pack screen: moves the grid cursor, assigns the tool under it, and closes on Start.
; Entry: M=8 X=8   In: PadPressed, DungeonId
; Out: GridColumn, GridRow, ToolOnY, EffectQueue, HudDirty, GameState   Clobbers: A, X
State_Menu:
  JSL Grid_Move
  LDA.b PadPressed+1
  AND #$40
  BEQ .no_tool
  JSL Grid_AssignTool
.no_tool
  LDA.b PadPressed+1
  AND #$10
  BEQ .stay
  LDX.b #!STATE_SHORE
  LDA.w DungeonId
  CMP #$FF
  BEQ .back
  LDX.b #!STATE_DUNGEON
.back
  STX.b GameState
  LDA #$0F
  TSB.w HudDirty
.stay
  RTS

; State_Sailing
; One frame at sea: wind, trim, speed and drift; a moored boat returns the game to the shore.
; Entry: M=8 X=8   In: PadHeld, PadPressed, FrameCount, WindPoint, WindForce, HasSail
; Out: BoatHeading, SailTrim, BoatSpeed, BoatSubX, BoatSubY, HeroX, HeroY, WaveTable, GameState, and what the tide clock and Wind_Veer set   Clobbers: A, X, Y, Work0, Work1, Work2, Work3
State_Sailing:
  LDA #$01
  JSL TideClock_Advance
  JSL Wind_Veer
  JSL Wave_Build
  JSL Boat_Steer
  JSL Boat_ComputeSpeed
  JSL Boat_Drift
  LDA.b PadPressed
  AND #$80
  BEQ .at_sea
  LDA.w BoatSpeed
  CMP #$08
  BCS .at_sea
  LDA.b #!STATE_SHORE
  STA.b GameState
.at_sea
  RTS

; Hero_WakeFromLog
; Copies body, purse and place of the hero from the log into the running game.
; Entry: M=8 X=8   In: LogVigor, LogVigorMax, LogRoom, SavedBell, SavedMoon, HasBlade, HasCoat
; Out: HeroVigor, HeroVigorMax, HeroBlade, HeroArmour, HeroBreath, RoomId, DungeonId, TideBell, MoonPhase, HudShells, HudDirty   Clobbers: A
Hero_WakeFromLog:
  LDA.l LogVigorMax
  STA.w HeroVigorMax
  LDA.l LogVigor
  BNE .alive
  LDA #$0C
.alive
  STA.w HeroVigor
  LDA.l HasBlade
  STA.w HeroBlade
  LDA.l HasCoat
  STA.w HeroArmour
  LDA.l LogRoom
  STA.w RoomId
  LDA #$FF
  STA.w DungeonId
  LDA #$40
  STA.w HeroBreath
  LDA.l SavedBell
  STA.w TideBell
  LDA.l SavedMoon
  STA.w MoonPhase
  REP #$20
  LDA.l LogShells
  STA.w HudShells
  SEP #$20
  LDA #$0F
  STA.w HudDirty
  RTL
