; The log: 256 bytes of progress that are played on in work RAM at $7EF300 and
; stored three times in battery RAM at $700000. All need .l.

; --- head of the log ---
LogMark = $7EF300 ; word $7D1E when the log has ever been written
LogChecksum = $7EF302 ; checksum over the rest of the log, a word
LogName = $7EF304 ; the player's name, eight letters, 255 for a blank
LogMinutes = $7EF30C ; minutes played, a word, stops at 65535
LogFrames = $7EF30E ; frames since the last full minute, a word
LogVisits = $7EF310 ; times this log was continued, stops at 255
LogDeaths = $7EF311 ; times the hero drowned or fell, stops at 255
LogRoom = $7EF312 ; room in which the hero wakes
LogHarbour = $7EF313 ; room of the quay at which the boat is moored

; --- body and purse ---
LogVigor = $7EF318 ; health when the log was written, in quarter pearls; 0 wakes the hero with three pearls
LogVigorMax = $7EF319 ; upper limit of health when the log was written, in quarter pearls
LogPearlShards = $7EF31A ; pearl shards found, four make a pearl, 0 to 3
LogShells = $7EF31C ; purse, four packed decimal digits
LogShellGoal = $7EF31E ; purse that the counter still rolls to, packed decimal
LogOil = $7EF320 ; drams of lantern oil, 0 to 96
LogSalt = $7EF321 ; brine pots carried, 0 to 30
LogBait = $7EF322 ; worms in the bait tin, 0 to 50
LogArrears = $7EF323 ; shells owed to the ferryman, packed decimal, one byte

; --- tools, a level or a flag each ---
HasLantern = $7EF328 ; 0 none, 1 tin lantern, 2 storm lantern
HasHook = $7EF329 ; 0 none, 1 gaff hook, 2 long gaff
HasHorn = $7EF32A ; 1 once the Tide Horn is found
HasRod = $7EF32B ; 0 none, 1 reed rod, 2 whalebone rod
HasCorkBoots = $7EF32C ; 1 once the hero floats instead of sinking
HasDivingBell = $7EF32D ; 1 once breath lasts four times as long
HasSail = $7EF32E ; 0 oars only, 1 patched sail, 2 moth-wing sail
HasSpyglass = $7EF32F ; 1 once the sea chart shows weather
HasBlade = $7EF330 ; blade level as given by the smith, 0 to 3
HasCoat = $7EF331 ; coat level as given by the tanner, 0 to 2
HornSongs = $7EF332 ; horn calls learnt: 1 ebb, 2 flood, 4 slack, 8 homeward
PackOrder = $7EF338 ; 20 item numbers in the order the player arranged them

; --- dungeons ---
BellTongues = $7EF350 ; bell tongues won, one bit a dungeon
DungeonKeys = $7EF351 ; four bytes: brass keys held in each dungeon
DungeonCharts = $7EF355 ; charts found, one bit a dungeon
DungeonLamps = $7EF356 ; pilot lamps found, one bit a dungeon
DungeonDoors = $7EF358 ; 16 bytes: rooms whose lock was opened, four bytes a dungeon
DungeonLevers = $7EF368 ; four words: levers left pulled in each dungeon
DungeonChests = $7EF370 ; 16 bytes: rooms whose sea chest is empty, four bytes a dungeon
DungeonSeen = $7EF380 ; 16 bytes: rooms seen, four bytes a dungeon
WardensFreed = $7EF3A0 ; drowned wardens brought home, one bit each

; --- the story ---
QuestStep = $7EF3A8 ; chapter of the main story, 0 washed ashore to 9 bell rung
QuestHarrow = $7EF3A9 ; Old Harrow: 0 unmet, 1 asked for wicks, 2 paid, 3 told the truth
QuestPell = $7EF3AA ; Pell the ferryman: 0 unmet, 1 in debt, 2 forgiven
QuestOrrin = $7EF3AB ; Dame Orrin: 0 unmet, 1 lost ledger, 2 ledger found, 3 discount
QuestVey = $7EF3AC ; Sister Vey: 0 silent, 1 heard the ebb call, 2 teaches the flood
QuestSmith = $7EF3AD ; blade in the forge: bells left until it is ready, 255 when the forge is empty
QuestGulls = $7EF3AE ; gull feathers handed to the kite maker, 0 to 9
QuestLetters = $7EF3AF ; bottle letters delivered, one bit each of eight
QuestBounty = $7EF3B0 ; lurkcrabs felled for the bounty, a word
BestFish = $7EF3B4 ; eight bytes: heaviest catch of each kind in ounces
FishSeen = $7EF3BC ; kinds of fish ever landed, one bit each
IslandsSeen = $7EF3BE ; islands drawn on the sea chart, twelve bits of a word
SavedBell = $7EF3C0 ; hour of the tidal day when the log was written
SavedMoon = $7EF3C1 ; moon phase when the log was written
SavedRandom = $7EF3C2 ; random state when the log was written
OptionText = $7EF3C4 ; text speed: 0 slow, 1 even, 2 quick
OptionSound = $7EF3C5 ; 0 stereo, 1 mono
OptionHints = $7EF3C6 ; 1 while Old Harrow's ghost offers hints
LogEnd = $7EF3FF ; last byte covered by the checksum

; --- battery RAM ---
SlotA = $700000 ; first of the three stored logs, 256 bytes
SlotB = $700100 ; second of the three stored logs, copied whole like the first
SlotC = $700200 ; third and last of the stored logs
LastSlot = $700300 ; slot that was used last, 0 to 2
SlotWriting = $700301 ; 1 while a log is being written, so that a power cut shows
BatteryMark = $700302 ; word $5A3C once the battery RAM has been prepared
RecordTime = $700304 ; shortest finished game in minutes, a word
RecordFish = $700306 ; heaviest fish of all logs in ounces
CreditsSeen = $700308 ; 1 once any log has reached the end
