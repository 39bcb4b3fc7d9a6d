; Work RAM. The first 8 KB are seen from every program bank, so these symbols
; are used with .b and .w; whatever lies at $7E2000 or above needs .l.

; --- direct page ---
Work0 = $7E0000 ; first scratch word; holds a caller's argument, never live across a frame
Work1 = $7E0002 ; second scratch word; a helper's partial result
Work2 = $7E0004 ; third scratch word; loop limits mostly
Work3 = $7E0006 ; fourth scratch word; saved index of an outer loop
WorkPtr = $7E0008 ; 24-bit scratch pointer for long indirect reads
FrameCount = $7E000C ; frames since power on, one byte, wraps at 256
FrameReady = $7E000D ; 1 when the main loop has finished a frame and the interrupt may draw it
GameState = $7E000E ; running state: 0 title, 1 files, 2 shore, 3 dungeon, 4 menu, 5 sailing
GameStep = $7E000F ; step inside the running state, 0 on entry
PadHeld = $7E0010 ; joypad 1 buttons that are down now, sixteen bits
PadPressed = $7E0012 ; buttons that went down this frame only
PadReleased = $7E0014 ; buttons that went up this frame only
PadPrevious = $7E0016 ; button word of the frame before
PadRepeatWait = $7E0018 ; frames until a held direction counts as pressed again
PadLockFrames = $7E0019 ; frames during which all buttons read as up
RandomState = $7E001A ; sixteen-bit state of the random generator, never zero
ScreenLight = $7E001C ; copy of the brightness register, 0 dark to 15 full, bit 7 forced blank
LayerMask = $7E001D ; layers that the frame interrupt puts on the main screen
CameraX = $7E001E ; left edge of the view in room pixels
CameraY = $7E0020 ; top edge of the view in room pixels
HdmaMask = $7E0022 ; line transfer channels that the frame interrupt switches on

; --- picture building ---
OamShadow = $7E0300 ; 512-byte copy of object memory, four bytes an object
OamHigh = $7E0500 ; 32-byte copy of the object size and ninth x bits
OamCursor = $7E0520 ; byte offset of the next free object in the shadow, 0 to 512
OamDropped = $7E0522 ; objects that found no room this frame
PaletteNow = $7E0600 ; 512 bytes of colours as they are on the screen
PaletteDirty = $7E0800 ; nonzero when the colours must be sent to the picture unit
FadeLevel = $7E0801 ; strength of a running fade, 0 black to 31 full colour
FadeStep = $7E0802 ; signed change of the fade per frame, 0 when none runs
MosaicSize = $7E0803 ; block size of the mosaic during a room change, 0 to 15
DmaCount = $7E0804 ; transfers waiting in the queue, 0 to 16
DmaBytes = $7E0806 ; bytes that the waiting transfers will move, for the blanking budget
DmaSourceLow = $7E0810 ; 16 words: source offset of each waiting transfer
DmaSourceBank = $7E0830 ; 16 bytes: source bank of each waiting transfer
DmaTarget = $7E0840 ; 16 words: video memory word address of each waiting transfer
DmaLength = $7E0860 ; 16 words: byte length of each waiting transfer
WaveTable = $7E0880 ; 169-byte line table that bends the water layer, three bytes for each four lines

; --- the hero ---
HeroX = $7E0980 ; hero's left edge in room pixels, a word
HeroY = $7E0982 ; hero's top edge in room pixels, a word
HeroFacing = $7E0984 ; 0 north, 1 east, 2 south, 3 west
HeroAction = $7E0985 ; 0 stand, 1 walk, 2 swim, 3 hook flight, 4 cast, 5 hurt, 6 drown
HeroVigor = $7E0986 ; health left during play, in quarter pearls; at 0 the hero falls
HeroVigorMax = $7E0987 ; most health the hero can hold, in quarter pearls
HeroMercy = $7E0988 ; frames of safety left after a blow
HeroPushX = $7E0989 ; signed pixels a blow still pushes the hero sideways
HeroPushY = $7E098A ; signed pixels a blow still pushes the hero up or down
HeroBreath = $7E098B ; breath under water in units of 8 frames, 0 drowns
HeroArmour = $7E098C ; coat worn: 0 oilskin, 1 sharkskin, 2 coral mail
HeroBlade = $7E098D ; blade tempered: 0 bare hands, 1 cutlass, 2 tempered, 3 moon-tempered

; --- tide and wind ---
TideLevel = $7E0A00 ; height of the sea, 0 lowest ebb to 7 spring flood
TideTarget = $7E0A01 ; height that the sea is moving to
TideBell = $7E0A02 ; hour of the tidal day, 0 to 11
TideTicks = $7E0A04 ; frames since the last bell, a word, 0 to 899
TideTurned = $7E0A06 ; 1 in the one frame in which the sea changes direction
TideRising = $7E0A07 ; 1 while the sea rises, 0 while it falls
TideHeld = $7E0A08 ; bells for which the Tide Horn still holds the sea
MoonPhase = $7E0A09 ; 0 new moon to 7 waning crescent; sets the spring flood
WindPoint = $7E0A0A ; compass point the wind blows from, 0 north, clockwise, 16 points
WindForce = $7E0A0B ; strength of the wind, 0 calm to 7 gale
WindShift = $7E0A0C ; frames until the wind may veer again, a word
SailTrim = $7E0A0E ; angle of the sail against the keel, in compass points, 0 to 4
BoatHeading = $7E0A0F ; compass point the bow shows, 0 to 15
BoatSpeed = $7E0A10 ; boat speed in sixteenths of a pixel per frame
BoatSubX = $7E0A12 ; sixteenths of a pixel the boat has yet to move east
BoatSubY = $7E0A13 ; sixteenths of a pixel the boat has yet to move south

; --- actors: twelve slots, one byte a field ---
ActorKind = $7E0B00 ; number of the creature in each slot, 0 when the slot is free
ActorState = $7E0B10 ; step of each creature's own behaviour
ActorXLow = $7E0B20 ; low byte of each creature's x in room pixels
ActorXHigh = $7E0B30 ; high byte of each creature's x
ActorYLow = $7E0B40 ; low byte of each creature's y in room pixels
ActorYHigh = $7E0B50 ; high byte of each creature's y
ActorSpeedX = $7E0B60 ; signed pixels per frame sideways for each creature
ActorSpeedY = $7E0B70 ; signed pixels per frame downward for each creature
ActorVigor = $7E0B80 ; hit points left for each creature
ActorTimer = $7E0B90 ; frames left in each creature's present step
ActorFlash = $7E0BA0 ; frames for which each creature still blinks after a hit
ActorPose = $7E0BB0 ; animation frame drawn for each creature
ActorCount = $7E0BC0 ; creatures alive in this room

; --- shots: eight slots ---
ShotKind = $7E0C00 ; 0 free, 1 brine spit, 2 feather, 3 thrown salt, 4 regent's bolt
ShotX = $7E0C08 ; screen x of each shot
ShotY = $7E0C10 ; screen y of each shot
ShotVelX = $7E0C18 ; signed sideways step of each shot per frame
ShotVelY = $7E0C20 ; signed downward step of each shot per frame
ShotLife = $7E0C28 ; frames each shot has left to fly
ShotNext = $7E0C30 ; slot at which the search for a free shot begins

; --- the Brine Regent ---
RegentPhase = $7E0C40 ; 0 asleep, 1 circling, 2 whirlpool, 3 desperate, 4 beaten
RegentVigor = $7E0C42 ; the final enemy's hit points, a word
RegentAngle = $7E0C44 ; place on the circle around the throne, 256 steps a turn
RegentWait = $7E0C45 ; frames until the final enemy attacks again
RegentPattern = $7E0C46 ; index into the list of attacks of the phase

; --- pack and tools ---
PackSlots = $7E0D00 ; 20 item numbers as the menu shows them, 0 for an empty cell
PackCount = $7E0D20 ; filled cells of the pack
ToolOnY = $7E0D21 ; item number assigned to the Y button
LanternLit = $7E0D22 ; 1 while the storm lantern burns
LanternDrip = $7E0D23 ; frames until the next dram of oil is burnt
LanternRadius = $7E0D24 ; radius of the lit circle in pixels
HookState = $7E0D25 ; gaff hook: 0 stowed, 1 flying, 2 biting, 3 coming back
HookReach = $7E0D26 ; rope paid out in pixels, 0 to 112
FishState = $7E0D27 ; angling: 0 idle, 1 cast, 2 waiting, 3 bite, 4 reeling
FishTension = $7E0D28 ; pull on the line, 0 slack to 255 snapped
FishKind = $7E0D29 ; fish on the hook, row of the catch table
FishPatience = $7E0D2A ; frames until the waiting fish bites, a word
HornNotes = $7E0D2C ; last four notes blown, two bits a note, oldest on top
HornCount = $7E0D2D ; notes blown since the horn was raised
ShopOpen = $7E0D2E ; number of the shop being visited, 255 when none
ShopCursor = $7E0D2F ; row chosen in the shop list

; --- dungeon ---
DungeonId = $7E0E00 ; 0 Kelp Cistern, 1 Glass Light, 2 Salt Foundry, 3 Undertow Vault, 255 outside
RoomId = $7E0E01 ; number of the present room, 0 to 31 below ground
RoomWater = $7E0E02 ; water line of the room in tiles from the floor
RoomFlags = $7E0E03 ; bits of the room header: 1 dark, 2 flooded, 4 sealed, 8 quiet
RoomDoors = $7E0E04 ; doors open in this room, one bit each: north, east, south, west
RoomLock = $7E0E10 ; sides of the room that a brass key opens, bits as for the doors
RoomNext = $7E0E05 ; room that the running transition leads to
RoomSlide = $7E0E06 ; pixels the view has yet to slide to the next room, a word
RoomExit = $7E0E08 ; side by which the hero leaves: 0 north, 1 east, 2 south, 3 west
LeverBits = $7E0E0A ; sixteen sluice levers of the dungeon, bit set when pulled
LeverOrder = $7E0E0C ; right pulls so far in the running sequence puzzle, 0 to 5
PlateWeight = $7E0E0D ; weight resting on the pressure plate in stone
SluiceFlow = $7E0E0E ; signed tiles per 64 frames by which the room's water moves
SluiceClock = $7E0E0F ; frames since the room's water last moved by a tile

; --- windows and text ---
TextBank = $7E0F00 ; bank of the message being typed
TextCursor = $7E0F02 ; offset of the next character of the message, a word
TextColumn = $7E0F04 ; pixels already used on the present text line
TextLine = $7E0F05 ; present line of the text box, 0 to 2
TextDelay = $7E0F06 ; frames until the next character appears
TextChoice = $7E0F07 ; answer under the cursor, 0 yes, 1 no
GridColumn = $7E0F08 ; column of the pack cursor, 0 to 4
GridRow = $7E0F09 ; row of the pack cursor, 0 to 3
FileCursor = $7E0F0A ; log under the cursor on the file screen, 0 to 2
HudDirty = $7E0F0B ; bits of the status bar to redraw: 1 pearls, 2 shells, 4 oil, 8 keys
HudShells = $7E0F0C ; shells shown on the status bar, rolling toward the purse, packed decimal
ChartCursor = $7E0F0E ; island under the cursor of the sea chart, 0 to 11
NameBuffer = $7E0F10 ; eight letters of the name being entered, 255 for a blank

; --- sound and timers ---
SongNow = $7E0F40 ; number of the song that is playing
SongNext = $7E0F41 ; number of the song that waits for the fade to end
EffectQueue = $7E0F42 ; four sound effects waiting to be sent, 0 for none
EffectSerial = $7E0F46 ; sequence number that tells the sound unit a command is new
TimerLeft = $7E0F50 ; six words: frames left on each general timer
TimerEvent = $7E0F60 ; six bytes: event number each general timer raises
EventBits = $7E0F68 ; events raised this frame, one bit each

; --- high work RAM, .l only ---
PaletteGoal = $7E2000 ; 512 bytes of colours that a fade ends on
HudTiles = $7E2200 ; 128-byte tile map of the status bar
ChartSeen = $7E2300 ; rooms seen in the present dungeon, one bit a room, four bytes
RoomTiles = $7E4000 ; 8 KB of tile numbers for the room being shown
