; Joypad reading. The rest of the game sees PadHeld, PadPressed and PadReleased
; and never the hardware words.

; Input_Read
; Waits for the automatic joypad reading and works out which buttons are new; a lock makes all of them read as up.
; Entry: M=8 X=8   In: DB = 0, PadLockFrames
; Out: PadHeld, PadPressed, PadReleased, PadPrevious, PadLockFrames, PadRepeatWait   Clobbers: A
Input_Read:
  LDA.w !HVBJOY
  LSR A
  BCS Input_Read
  REP #$20
  LDA.w !JOY1L
  JSL Input_Edges
  SEP #$20
  LDA.b PadLockFrames
  BEQ .free
  DEC.b PadLockFrames
  REP #$20
  STZ.b PadHeld
  STZ.b PadPressed
  STZ.b PadReleased
  SEP #$20
.free
  JSL Input_Repeat
  RTL

; Input_Edges
; Compares a fresh button word with the one before and splits the difference into new presses and releases.
; Entry: M=16 X=8   In: A = fresh button word, PadHeld
; Out: PadHeld = fresh word, PadPrevious = word before, PadPressed, PadReleased   Clobbers: A
Input_Edges:
  PHA
  LDA.b PadHeld
  STA.b PadPrevious
  PLA
  STA.b PadHeld
  EOR.b PadPrevious
  PHA
  AND.b PadHeld
  STA.b PadPressed
  PLA
  AND.b PadPrevious
  STA.b PadReleased
  RTL

; Input_Repeat
; Lets a direction that stays down count as pressed again after 22 frames and then every 6.
; Entry: M=8 X=8   In: PadHeld, PadPressed, PadRepeatWait
; Out: PadPressed, PadRepeatWait   Clobbers: A
Input_Repeat:
  LDA.b PadHeld+1
  AND.b #!PAD_DIRECTIONS>>8
  BEQ .nothing_held
  LDA.b PadPressed+1
  AND.b #!PAD_DIRECTIONS>>8
  BNE .fresh
  DEC.b PadRepeatWait
  BNE .done
  LDA.b PadHeld+1
  AND.b #!PAD_DIRECTIONS>>8
  TSB.b PadPressed+1
  LDA #$06
  STA.b PadRepeatWait
  RTL
.fresh
  LDA #$16
  STA.b PadRepeatWait
  RTL
.nothing_held
  STZ.b PadRepeatWait
.done
  RTL

; Input_Direction
; Turns the direction buttons into one of eight headings; opposite buttons cancel each other.
; Entry: M=8 X=8   In: PadHeld
; Out: A = 0 north, clockwise to 7 north-west, or 255 when no direction is meant   Clobbers: X
Input_Direction:
  LDA.b PadHeld+1
  AND #$0F
  TAX
  LDA.l .heading,X
  RTL
.heading
  db 255, 2, 6, 255
  db 4, 3, 5, 4
  db 0, 1, 7, 0
  db 255, 2, 6, 255

; Input_Lock
; Makes the buttons read as up for a while; a shorter lock never cuts a longer one.
; Entry: M=8 X=8   In: A = frames
; Out: PadLockFrames   Clobbers: none
Input_Lock:
  CMP.b PadLockFrames
  BCC .keep
  STA.b PadLockFrames
.keep
  RTL
