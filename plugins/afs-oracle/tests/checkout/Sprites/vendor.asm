; The vendor of wicks

!Health = 04 ; hit points
!Boss   = 00 ; 1 = a boss

; =========================================================
; Runs the vendor once a frame.

Vendor_Main:
{
  PHB : PHK : PLB
  LDA.w $0D80, X
  JSL Jump_Table

  dw Vendor_Wait
  dw Vendor_Sell

  ; 0x00 - nobody is near
  Vendor_Wait:
  {
    LDA.w HeroX : CMP.b #$40 : BCC .far ; too far to the left
      %GotoAction(1)
    .far
    RTS
  }

  Vendor_Sell:
  {
    JSR Vendor_Pay
    JSL guard_main
    %GotoAction(0) ; back to waiting
    RTS
  }
}

; This routine probably pays.
Vendor_Pay:
  REP #$20
  LDA.l $7EF360 : SEC : SBC.w #$0064 : STA.l $7EF360
  SEP #$20
  ; LDA.b #$01 : STA $012E
  INC.b Screen
  RTS

Vendor_Prices:
  dw 10  ; one wick
  dw 25  ; three wicks
  dw 100
