; Hardware registers and tuning constants. Nothing here takes a byte of ROM.

; --- picture unit ---
!INIDISP = $2100 ; brightness and forced blank
!OBSEL = $2101 ; object size and tile base
!OAMADDL = $2102 ; object memory word address
!OAMDATA = $2104 ; object memory data port
!BGMODE = $2105 ; background mode and tile size
!MOSAIC = $2106 ; mosaic size and layer mask
!BG1HOFS = $210D ; layer 1 horizontal scroll, written twice
!BG1VOFS = $210E ; layer 1 vertical scroll, written twice
!VMAIN = $2115 ; video memory step
!VMADDL = $2116 ; video memory word address
!VMDATAL = $2118 ; video memory data port, low byte
!CGADD = $2121 ; palette index
!CGDATA = $2122 ; palette data, written twice
!TM = $212C ; layers on the main screen
!COLDATA = $2132 ; fixed colour

; --- sound ports ---
!APUIO0 = $2140 ; sound command
!APUIO1 = $2141 ; sound argument
!APUIO2 = $2142 ; sound sequence number

; --- central unit ---
!NMITIMEN = $4200 ; interrupt and joypad enable
!WRMPYA = $4202 ; first factor
!WRMPYB = $4203 ; second factor, starts the product
!WRDIVL = $4204 ; dividend word
!WRDIVB = $4206 ; divisor, starts the quotient
!MDMAEN = $420B ; start transfer channels
!HDMAEN = $420C ; enable line transfer channels
!RDNMI = $4210 ; read to acknowledge the frame interrupt
!HVBJOY = $4212 ; bit 0 while the joypads are being read
!RDDIVL = $4214 ; quotient
!RDMPYL = $4216 ; product or remainder
!JOY1L = $4218 ; joypad 1, sixteen buttons
!DMAP0 = $4300 ; channel 0 mode
!BBAD0 = $4301 ; channel 0 target port
!A1T0L = $4302 ; channel 0 source word
!A1B0 = $4304 ; channel 0 source bank
!DAS0L = $4305 ; channel 0 length
!DMAP7 = $4370 ; channel 7 mode
!BBAD7 = $4371 ; channel 7 target port
!A1T7L = $4372 ; channel 7 table word
!A1B7 = $4374 ; channel 7 table bank

; --- joypad bits, as PadHeld keeps them ---
!PAD_RIGHT = $0100
!PAD_LEFT = $0200
!PAD_DOWN = $0400
!PAD_UP = $0800
!PAD_START = $1000
!PAD_DIRECTIONS = $0F00

; --- game states ---
!STATE_TITLE = $00
!STATE_FILES = $01
!STATE_SHORE = $02
!STATE_DUNGEON = $03
!STATE_MENU = $04
!STATE_SAILING = $05
!STATE_COUNT = 6

; --- the sea ---
!TIDE_TICKS_PER_BELL = 900 ; frames between two bells
!BELLS_PER_TIDE_DAY = 12
!TIDE_MAX = 7 ; highest sea level
!WIND_POINTS = 16 ; compass points

; --- pools ---
!ACTOR_SLOTS = 12
!SHOT_SLOTS = 8
!TIMER_SLOTS = 6
!DMA_SLOTS = 16
!PACK_SLOTS = 20
!LEVER_COUNT = 16

; --- limits ---
!VIGOR_PER_PEARL = 4
!PEARLS_MAX = 20
!OIL_MAX = 96 ; drams in a full lantern
!SHELLS_MAX = $9999 ; packed decimal
!SAVE_BYTES = $0100 ; size of one log
!SAVE_SLOTS = 3
!SAVE_SEED = $5EA1 ; start value of the log checksum
!LINE_PIXELS = 176 ; width of a text line

; --- creature kinds ---
!KIND_STANDER = 5
!KIND_LURKCRAB = 1
!KIND_GULL_EEL = 2
!KIND_REGENT = 3
!KIND_WARDEN = 4
!KIND_COUNT = 6

; --- item numbers ---
!ITEM_NONE = $00
!ITEM_LANTERN = $01
!ITEM_HOOK = $02
!ITEM_HORN = $03
!ITEM_ROD = $04
!ITEM_BRINE_POT = $05
!ITEM_BAIT = $06
!ITEM_OIL = $07
!ITEM_SHARD = $08
!ITEM_FEATHER = $09
!ITEM_LETTER = $0A
!ITEM_LEDGER = $0B
!ITEM_COUNT = 16

; --- sound effects ---
!SOUND_COIN = $03
!SOUND_LOCK = $07
!SOUND_LEVER = $08
!SOUND_SPLASH = $0B
!SOUND_REEL = $0E
!SOUND_SNAP = $0F
!SOUND_HORN = $12
!SOUND_DENY = $15
!SOUND_PAGE = $18
