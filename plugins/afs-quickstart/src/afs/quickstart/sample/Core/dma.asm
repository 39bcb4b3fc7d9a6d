; A queue of transfers to video memory. Game code queues while the beam draws;
; the frame interrupt flushes while it does not.

; Dma_Queue
; Adds one transfer to the queue unless the queue is full or the blanking time would not do.
; Entry: M=16 X=8   In: Work0 = source offset, X = source bank, Work1 = video word address, Work2 = byte length
; Out: C set when queued, DmaCount, DmaBytes, DmaSourceLow, DmaSourceBank, DmaTarget, DmaLength   Clobbers: A, Y
Dma_Queue:
  LDY.w DmaCount
  CPY.b #!DMA_SLOTS
  BCS .refused
  LDA.w DmaBytes
  ADC.b Work2
  BCS .refused
  CMP #$1401
  BCS .refused
  STA.w DmaBytes
  SEP #$20
  TXA
  STA.w DmaSourceBank,Y
  REP #$20
  TYA
  ASL A
  TAY
  LDA.b Work0
  STA.w DmaSourceLow,Y
  LDA.b Work1
  STA.w DmaTarget,Y
  LDA.b Work2
  STA.w DmaLength,Y
  SEP #$20
  INC.w DmaCount
  REP #$20
  SEC
  RTL
.refused
  CLC
  RTL

; Dma_Flush
; Sends every queued transfer through channel 0 and empties the queue; for the frame interrupt.
; Entry: M=8 X=8   In: DB = 0, DmaCount
; Out: DmaCount = 0, DmaBytes = 0   Clobbers: A, X, Y
Dma_Flush:
  LDA.w DmaCount
  BEQ .idle
  LDA #$01
  STA.w !DMAP0
  LDA #$18
  STA.w !BBAD0
  LDY #$00
.transfer
  LDA.w DmaSourceBank,Y
  STA.w !A1B0
  TYA
  ASL A
  TAX
  REP #$20
  LDA.w DmaSourceLow,X
  STA.w !A1T0L
  LDA.w DmaTarget,X
  STA.w !VMADDL
  LDA.w DmaLength,X
  STA.w !DAS0L
  SEP #$20
  LDA #$01
  STA.w !MDMAEN
  INY
  CPY.w DmaCount
  BNE .transfer
.idle
  STZ.w DmaCount
  STZ.w DmaBytes
  STZ.w DmaBytes+1
  RTL

; Dma_BudgetLeft
; Tells how many bytes may still be queued for the coming blanking time of 5120 bytes.
; Entry: M=16 X=8   In: DmaBytes
; Out: A = bytes left   Clobbers: none
Dma_BudgetLeft:
  LDA #$1400
  SEC
  SBC.w DmaBytes
  BCS .some
  LDA #$0000
.some
  RTL

; Dma_DropTarget
; Cuts the length of every queued transfer for one video address to nothing, so that a newer picture wins.
; Entry: M=16 X=8   In: A = video word address, DmaCount, DmaTarget, DmaLength
; Out: X = transfers found, DmaLength, DmaBytes   Clobbers: Y, Work0
Dma_DropTarget:
  STA.b Work0
  LDX #$00
  LDA.w DmaCount
  AND #$00FF
  ASL A
  TAY
.slot
  DEY
  DEY
  BMI .through
  LDA.w DmaTarget,Y
  CMP.b Work0
  BNE .slot
  LDA.w DmaBytes
  SEC
  SBC.w DmaLength,Y
  STA.w DmaBytes
  LDA #$0000
  STA.w DmaLength,Y
  INX
  BRA .slot
.through
  LDA.b Work0
  RTL
