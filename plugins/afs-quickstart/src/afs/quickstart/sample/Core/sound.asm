; The way to the sound unit: songs, effects, and where they sit in the room.

; Sound_Queue
; Puts an effect into the first empty place of the queue; an effect that already waits is not repeated.
; Entry: M=8 X=8   In: A = effect number 1 to 63
; Out: C set when it waits, C clear when the queue is full, EffectQueue   Clobbers: X
Sound_Queue:
  LDX #$00
.place
  CMP.w EffectQueue,X
  BEQ .waits
  PHA
  LDA.w EffectQueue,X
  BEQ .empty
  PLA
  INX
  CPX #$04
  BNE .place
  CLC
  RTL
.empty
  PLA
  STA.w EffectQueue,X
.waits
  SEC
  RTL

; Sound_Send
; Hands the oldest effect to the sound unit with a new sequence number and moves the others up; for the frame interrupt.
; Entry: M=8 X=8   In: DB = 0, EffectQueue, EffectSerial
; Out: EffectQueue, EffectSerial   Clobbers: A, X
Sound_Send:
  LDA.w EffectQueue
  BEQ .silent
  STA.w !APUIO1
  INC.w EffectSerial
  LDA.w EffectSerial
  STA.w !APUIO2
  LDX #$00
.move_up
  LDA.w EffectQueue+1,X
  STA.w EffectQueue,X
  INX
  CPX #$03
  BNE .move_up
  STZ.w EffectQueue+3
.silent
  RTL

; Sound_ChangeSong
; Starts the waiting song when it differs from the playing one; a quiet room lets the old song run on.
; Entry: M=8 X=8   In: DB = 0, SongNow, SongNext, RoomFlags
; Out: C set when a new song starts, SongNow   Clobbers: A
Sound_ChangeSong:
  LDA.w RoomFlags
  AND #$08
  BNE .keep
  LDA.w SongNext
  CMP.w SongNow
  BEQ .keep
  STA.w SongNow
  STA.w !APUIO0
  SEC
  RTL
.keep
  CLC
  RTL

; Sound_PanFor
; Turns a screen x into one of eight places between the loudspeakers; in mono everything stands in the middle.
; Entry: M=8 X=8   In: A = screen x, OptionSound
; Out: A = place 0 left to 7 right, 4 for mono   Clobbers: X
Sound_PanFor:
  LSR A
  LSR A
  LSR A
  LSR A
  LSR A
  TAX
  LDA.l OptionSound
  BEQ .stereo
  LDX #$04
.stereo
  TXA
  RTL

; Sound_Fade
; Lowers a volume by an eighth of itself, at least by one, so that every song ends in silence.
; Entry: M=8 X=8   In: A = volume
; Out: A = lower volume, C set once it is silent   Clobbers: Work0
Sound_Fade:
  CMP #$01
  BCC .silent
  STA.b Work0
  LSR A
  LSR A
  LSR A
  BNE .share
  INC A
.share
  EOR #$FF
  SEC
  ADC.b Work0
  BEQ .silent
  CLC
  RTL
.silent
  LDA #$00
  SEC
  RTL
