/**
 * The characters that make up most of technical text in East Asian languages, by encoding. Counted over
 * the translations of free software and of the Linux documentation.
 */

const simplified =
  "的用在个不件一数文有是中无为可时法使以内行定能这出字要到如存对于和名标设置式表符将或作被程选目分了下上项器发指本间入果列它进过动新接并所据序核会配已应码输来错示大提更值包取开类引效录系制号理后前参需信型通者当没未同问调模关户子代成多该其误支些统空正建现此除务加地请部最息组重结位任回持备函量你区方从必格令版命变度改失您节页显语查小处面解们写题则认工而构合打读性编只许称须键复之何交索操因但点告相态库记败创否换证每单签自密注人义例图档确含口与";
const traditional =
  "的用不檔在有定無是個一案法使式數時中可要字件選以目行設指內出示為到項能列名標入這如或位取作本文發者開元於輸存將新程會錯表提和核分已動號對果版效大更了碼資稱過下引誤區未除顯所後來結錄間組值沒應上格前置正重符請建模被支訊此需多理題合你語您解變令問代最人包器子體型進寫方鍵並否其度系爲告空小成失生它補單關編些統參料類加得該記預同讀交執敗之立啟當則從回態修相改至通非何他性找而只任序鑰現移證處部始期狀們但確線息機含視主制接換信明物端準自第因安面函";
const japanese =
  "定数用使行名表示合指不文力効字要列設無一変出失値時中作成正書敗前込更対実入動必関在存内場可取式終除間明型置読最子有新語了開能大再引証認削鍵報生配号告外方期続検同照現形付後情的発上限部化理接義見警全制得位目長番問含分複換切下以性画空信参者先保選算索識択約準受所囲署別致当覧解状演持始利小法処範標記返加視送日自追単態求確起向張縮集完際意通適色非順圧予構重像計常初応移属幅整代機共印個止多容項結他想拡権割暗許待回異元度素例詳決区体序細題種類言端右本国語";
const korean =
  "이다니지을에수는로습하를시가스의자없일기정서파용리음합사트할인어은한션오있문위터않그드대만제보상으아모해부표옵값치패들실작름프함데여입고크전력면버된바식도되나명행형소경키중업메세설성요디적열과개라구못레출블변호목록비동잘료류번야거테내조원필장령우단미했브렉환분태러커간화현체추코재마유주읽타복와너안무연항결포배계었본당최때른더선임반려또래것십진페색능퍼줄공베게알널속참템확접절럼백방각두텍끝예든법준처랜덱건칼저종생택쓰같았발신새매증초영검램반환";

/** For each encoding, characters that every second character of a text is one of. */
export const commonCharacters = {
  gb18030: new Set(simplified),
  big5: new Set(traditional),
  shift_jis: new Set(japanese),
  "euc-jp": new Set(japanese),
  "euc-kr": new Set(korean),
} as const satisfies Record<string, ReadonlySet<string>>;
