; Sluice levers, sequences and pressure plates.

; Lever_Pull
; Throws one of the sixteen levers over.
; Entry: M=16 X=8   In: A = lever 0 to 15, LeverBits
; Out: C set when the lever is down now, LeverBits   Clobbers: A, X
Lever_Pull:
  AND #$000F
  ASL A
  TAX
  LDA.l Lever_Masks,X
  EOR.w LeverBits
  STA.w LeverBits
  AND.l Lever_Masks,X
  CMP #$0001
  RTL

Lever_Masks:
  dw $0001, $0002, $0004, $0008, $0010, $0020, $0040, $0080
  dw $0100, $0200, $0400, $0800, $1000, $2000, $4000, $8000

; Lever_MatchesPuzzle
; Compares the levers that a puzzle cares about with the setting that solves it.
; Entry: M=16 X=8   In: A = puzzle 0 to 5, LeverBits
; Out: C set when solved   Clobbers: A, X
Lever_MatchesPuzzle:
  ASL A
  ASL A
  TAX
  LDA.w LeverBits
  AND.l Lever_Puzzles,X
  CMP.l Lever_Puzzles+2,X
  BEQ .solved
  CLC
.solved
  RTL

; Mask of the levers, then the setting: cistern gate, cistern well, light stair, foundry crane, vault lock, vault throne.
Lever_Puzzles:
  dw $0007, $0005
  dw $0038, $0030
  dw $00C3, $0042
  dw $0F00, $0900
  dw $F00F, $A005
  dw $FFFF, $6996

; Lever_Sequence
; Checks a pull against the order that a sequence demands and starts over on a wrong one.
; Entry: M=8 X=8   In: A = lever just pulled, LeverOrder
; Out: C set when the whole sequence is done, LeverOrder, LeverBits = 0 after a mistake   Clobbers: X
Lever_Sequence:
  LDX.w LeverOrder
  CPX #$05
  BCS .mistake
  CMP.l Lever_Order,X
  BNE .mistake
  INX
  STX.w LeverOrder
  CPX #$05
  BNE .not_yet
  RTL
.mistake
  STZ.w LeverOrder
  STZ.w LeverBits
  STZ.w LeverBits+1
.not_yet
  CLC
  RTL

Lever_Order:
  db 3, 1, 4, 0, 2

; Lever_Keep
; Writes the levers of the dungeon into the log when the hero leaves it.
; Entry: M=16 X=8   In: LeverBits, DungeonId
; Out: DungeonLevers, C clear outside the dungeons   Clobbers: A, X
Lever_Keep:
  LDA.w DungeonId
  AND #$00FF
  CMP #$0004
  BCS .outside
  ASL A
  TAX
  LDA.w LeverBits
  STA.l DungeonLevers,X
  SEC
  RTL
.outside
  CLC
  RTL

; Lever_Recall
; Puts the levers back as the log remembers them when the hero enters a dungeon.
; Entry: M=16 X=8   In: A = dungeon 0 to 3, DungeonLevers
; Out: LeverBits, LeverOrder = 0   Clobbers: A, X
Lever_Recall:
  AND #$0003
  ASL A
  TAX
  LDA.l DungeonLevers,X
  STA.w LeverBits
  SEP #$20
  STZ.w LeverOrder
  REP #$20
  RTL

; Plate_Settle
; Weighs what rests on the pressure plate: three stone for the hero, five for a salt block, one for a lurkcrab in reach.
; Entry: M=8 X=8   In: A = 1 when the hero stands on it, X = salt blocks, Y = lurkcrabs
; Out: PlateWeight, C set when the plate sinks at eight stone   Clobbers: A, X, Work0
Plate_Settle:
  STY.b Work0
  CMP #$01
  LDA #$00
  BCC .blocks
  LDA #$03
.blocks
  CPX #$00
  BEQ .crabs
  CLC
  ADC #$05
  DEX
  BRA .blocks
.crabs
  CLC
  ADC.b Work0
  STA.w PlateWeight
  CMP #$08
  RTL
