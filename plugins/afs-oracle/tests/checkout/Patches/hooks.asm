lorom
incsrc "../Core/ram.asm"
incsrc "../Core/macros.asm"

Jump_Table = $008781

org $07A3DB
Link_Flute:

pushpc
; The bell at the pier
org $1EEEE4 : JSL Vendor_Main ; replaces LDA.b $11

; Lets the lamp burn longer.
org $0083F8
  LDA.b #!Wick
  STA.b !Song
  NOP #2
assert pc() <= $00841E
pullpc

org $3A8000
; Counts the lamps that are lit
;   and the others, too.
Lamps_Count:
{
  LDX.b #$03
  .next
    LDA.w Lamps_Lit, X : BEQ .dark
      INC.w !Water
    .dark
  DEX : BPL .next
  JMP Lamps_Done
}

Lamps_Done:
  STZ.w !Water
  RTL

Lamps_Lit:
  db $00, $01, $00, $01
