; Six general timers. A timer that runs out raises the event with its number
; for exactly one frame.

; Timer_Start
; Starts the first free timer.
; Entry: M=8 X=8   In: A = event number 0 to 7, Work0 = frames word, not zero
; Out: X = timer offset 0 to 10, C clear when all timers are busy, TimerLeft, TimerEvent   Clobbers: A
Timer_Start:
  PHA
  REP #$20
  LDX #$00
.search
  LDA.w TimerLeft,X
  BEQ .free
  INX
  INX
  CPX.b #!TIMER_SLOTS*2
  BNE .search
  SEP #$20
  PLA
  CLC
  RTL
.free
  LDA.b Work0
  STA.w TimerLeft,X
  SEP #$20
  PHX
  TXA
  LSR A
  TAX
  LDA $02,S
  STA.w TimerEvent,X
  PLX
  PLA
  SEC
  RTL

; Timer_Cancel
; Stops every timer that would raise a given event, without raising it.
; Entry: M=8 X=8   In: A = event number
; Out: TimerLeft   Clobbers: X, Y
Timer_Cancel:
  LDX.b #!TIMER_SLOTS-1
.slot
  CMP.w TimerEvent,X
  BNE .other
  PHA
  TXA
  ASL A
  TAY
  LDA #$00
  STA.w TimerLeft,Y
  STA.w TimerLeft+1,Y
  PLA
.other
  DEX
  BPL .slot
  RTL

; Timers_Run
; Counts every running timer down by one frame and collects the events of those that reach zero.
; Entry: M=8 X=8   In: TimerLeft, TimerEvent
; Out: TimerLeft, EventBits   Clobbers: A, X, Y
Timers_Run:
  STZ.w EventBits
  LDY.b #!TIMER_SLOTS-1
.slot
  TYA
  ASL A
  TAX
  REP #$20
  LDA.w TimerLeft,X
  BEQ .asleep
  DEC A
  STA.w TimerLeft,X
  BNE .asleep
  SEP #$20
  LDX.w TimerEvent,Y
  LDA.l Timer_EventMask,X
  TSB.w EventBits
.asleep
  SEP #$20
  DEY
  BPL .slot
  RTL

Timer_EventMask:
  db $01, $02, $04, $08, $10, $20, $40, $80

; Timer_TakeEvent
; Asks whether an event was raised this frame and takes it away, so that only one asker gets it.
; Entry: M=8 X=8   In: A = event number 0 to 7, EventBits
; Out: C set when the event was raised, EventBits   Clobbers: A, X
Timer_TakeEvent:
  TAX
  LDA.l Timer_EventMask,X
  TRB.w EventBits
  BEQ .silent
  SEC
  RTL
.silent
  CLC
  RTL

; Timer_Soonest
; Finds the running timer that will end first.
; Entry: M=16 X=8   In: TimerLeft
; Out: A = frames left, X = timer offset, C clear and A = 65535 when none runs   Clobbers: Y
Timer_Soonest:
  LDX #$FE
  LDY #$00
  LDA #$FFFF
.slot
  PHA
  LDA.w TimerLeft,Y
  BEQ .skip
  CMP $01,S
  BCS .skip
  STA $01,S
  TYX
.skip
  PLA
  INY
  INY
  CPY.b #!TIMER_SLOTS*2
  BNE .slot
  CMP #$FFFF
  BEQ .none
  SEC
  RTL
.none
  CLC
  RTL
