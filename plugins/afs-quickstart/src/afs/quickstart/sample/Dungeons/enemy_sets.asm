; Enemy sets: rows of kind, x and y in tiles; kind zero ends a set.

EnemySets_List:
  dw EnemySet_Nobody, EnemySet_TwoCrabs, EnemySet_CrabTriangle, EnemySet_CrabRow
  dw EnemySet_EelPair, EnemySet_EelTrio, EnemySet_CrabAndEel, EnemySet_PenGuards
  dw EnemySet_FoundryCrabs, EnemySet_EelMother, EnemySet_LampFlight, EnemySet_StairWatch
  dw EnemySet_BlindKeeper, EnemySet_GateCrabs, EnemySet_KilnHands, EnemySet_CraneFight
  dw EnemySet_KilnLord, EnemySet_Undertow, EnemySet_VaultMixed, EnemySet_SealedVault
  dw EnemySet_Throne, EnemySet_Strand

EnemySet_Nobody:
  db 0

EnemySet_TwoCrabs:
  db !KIND_LURKCRAB, 8, 12
  db !KIND_LURKCRAB, 22, 15
  db 0

EnemySet_CrabTriangle:
  db !KIND_LURKCRAB, 15, 7
  db !KIND_LURKCRAB, 9, 18
  db !KIND_LURKCRAB, 21, 18
  db 0

EnemySet_CrabRow:
  db !KIND_LURKCRAB, 6, 13
  db !KIND_LURKCRAB, 12, 13
  db !KIND_LURKCRAB, 18, 13
  db !KIND_LURKCRAB, 24, 13
  db 0

EnemySet_EelPair:
  db !KIND_GULL_EEL, 10, 9
  db !KIND_GULL_EEL, 20, 9
  db 0

EnemySet_EelTrio:
  db !KIND_GULL_EEL, 7, 6
  db !KIND_GULL_EEL, 16, 11
  db !KIND_GULL_EEL, 25, 6
  db 0

EnemySet_CrabAndEel:
  db !KIND_LURKCRAB, 11, 19
  db !KIND_GULL_EEL, 17, 5
  db 0

EnemySet_PenGuards:
  db !KIND_LURKCRAB, 5, 5
  db !KIND_LURKCRAB, 26, 5
  db !KIND_GULL_EEL, 15, 20
  db 0

EnemySet_FoundryCrabs:
  db !KIND_LURKCRAB, 13, 8
  db !KIND_LURKCRAB, 14, 17
  db 0

EnemySet_EelMother:
  db !KIND_GULL_EEL, 16, 8
  db !KIND_GULL_EEL, 4, 16
  db !KIND_GULL_EEL, 27, 16
  db !KIND_WARDEN, 16, 22
  db 0

EnemySet_LampFlight:
  db !KIND_GULL_EEL, 16, 4
  db 0

EnemySet_StairWatch:
  db !KIND_GULL_EEL, 5, 10
  db !KIND_LURKCRAB, 25, 21
  db 0

EnemySet_BlindKeeper:
  db !KIND_WARDEN, 15, 12
  db !KIND_GULL_EEL, 8, 4
  db !KIND_GULL_EEL, 23, 4
  db 0

EnemySet_GateCrabs:
  db !KIND_LURKCRAB, 10, 22
  db !KIND_LURKCRAB, 20, 22
  db 0

EnemySet_KilnHands:
  db !KIND_LURKCRAB, 7, 9
  db !KIND_LURKCRAB, 7, 16
  db !KIND_LURKCRAB, 19, 12
  db 0

EnemySet_CraneFight:
  db !KIND_LURKCRAB, 4, 11
  db !KIND_LURKCRAB, 27, 11
  db !KIND_GULL_EEL, 12, 3
  db !KIND_GULL_EEL, 19, 3
  db 0

EnemySet_KilnLord:
  db !KIND_WARDEN, 16, 6
  db !KIND_LURKCRAB, 16, 14
  db 0

EnemySet_Undertow:
  db !KIND_GULL_EEL, 14, 15
  db 0

EnemySet_VaultMixed:
  db !KIND_GULL_EEL, 6, 8
  db !KIND_LURKCRAB, 17, 19
  db !KIND_LURKCRAB, 23, 10
  db 0

EnemySet_SealedVault:
  db !KIND_LURKCRAB, 9, 9
  db !KIND_LURKCRAB, 22, 9
  db !KIND_GULL_EEL, 9, 4
  db !KIND_GULL_EEL, 22, 4
  db !KIND_GULL_EEL, 16, 2
  db 0

EnemySet_Throne:
  db !KIND_REGENT, 16, 12
  db 0

EnemySet_Strand:
  db !KIND_LURKCRAB, 28, 24
  db 0
