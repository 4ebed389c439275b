//! A good table of each source, with figures of our own.

use sources::Source;

/// A good table: its source, header and rows, and which columns hold a figure, a reporter and, if one does, a period.
pub struct Good {
    pub source: Source,
    pub header: &'static str,
    pub rows: &'static [&'static str],
    pub value: &'static str,
    pub reporter: &'static str,
    pub period: Option<&'static str>,
}

/// Figures of 100, 120 and 110: the first is the one that is spoilt.
pub const GOOD: [Good; 17] = [
    Good {
        source: Source::Figures,
        header: "period,reporter,partner,flow,value_usd,compiler",
        rows: &[
            "2003,CHN,KOR,export,100,t",
            "2003,KOR,CHN,import,120,t",
            "2004,CHN,KOR,export,110,t",
        ],
        value: "value_usd",
        reporter: "reporter",
        period: Some("period"),
    },
    Good {
        source: Source::ComtradeApi,
        header: "refYear,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,mosCode,motCode,primaryValue,isAggregate",
        rows: &[
            "2003,2003,156,X,410,0,H2,27,C00,0,0,100,True",
            "2003,2003,410,M,156,0,H2,27,C00,0,0,120,True",
            "2004,2004,156,X,410,0,H2,27,C00,0,0,110,True",
        ],
        value: "primaryValue",
        reporter: "reporterCode",
        period: Some("refYear"),
    },
    Good {
        source: Source::ComtradeClassic,
        header: "Classification,Year,Trade Flow Code,Reporter Code,Partner Code,Commodity Code,Trade Value (US$),Flag",
        rows: &[
            "H2,2003,2,156,410,27,100,0",
            "H2,2003,1,410,156,27,120,0",
            "H2,2004,2,156,410,27,110,0",
        ],
        value: "Trade Value (US$)",
        reporter: "Reporter Code",
        period: Some("Year"),
    },
    Good {
        source: Source::ComtradeLegacy,
        header: "Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Value,Estimation Code",
        rows: &[
            "2003,156,2,410,H2,27,100,0",
            "2003,410,1,156,H2,27,120,0",
            "2004,156,2,410,H2,27,110,0",
        ],
        value: "Value",
        reporter: "Reporter Code",
        period: Some("Year"),
    },
    Good {
        source: Source::ComtradeShort,
        header: "reporter,partner,cmd,flow,value,netwgt",
        rows: &["156,410,27,X,100,1", "410,156,27,M,120,1", "156,410,28,X,110,1"],
        value: "value",
        reporter: "reporter",
        period: None,
    },
    Good {
        source: Source::Baci,
        header: "t,i,j,k,v,q",
        rows: &[
            "2003,156,410,270112,100,1",
            "2003,410,156,270112,120,1",
            "2004,156,410,270112,110,1",
        ],
        value: "v",
        reporter: "i",
        period: Some("t"),
    },
    Good {
        source: Source::Wits,
        header: "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD",
        rows: &[
            "H2,CHN,27,China,KOR,Korea,2003,Export,6,100",
            "H2,KOR,27,Korea,CHN,China,2003,Import,5,120",
            "H2,CHN,27,China,KOR,Korea,2004,Export,6,110",
        ],
        value: "TradeValue in 1000 USD",
        reporter: "ReporterISO3",
        period: Some("Year"),
    },
    Good {
        source: Source::WitsPage,
        header: "Reporter,TradeFlow,ProductCode,Product Description,Year,Partner,Trade Value 1000USD,Quantity,Quantity Unit",
        rows: &[
            "China,Export,27,Fuels,2003,Japan,100,1,Kg",
            "Japan,Import,27,Fuels,2003,China,120,1,Kg",
            "China,Export,27,Fuels,2004,Japan,110,1,Kg",
        ],
        value: "Trade Value 1000USD",
        reporter: "Reporter",
        period: Some("Year"),
    },
    Good {
        source: Source::WitsPartner,
        header: "Reporter Name,Partner Name,Year,Trade Flow,Export (US$ Thousand),Export Partner Share (%)",
        rows: &[
            "China,Japan,2003,Export,100,1",
            "Japan,China,2003,Export,120,1",
            "China,Japan,2004,Export,110,1",
        ],
        value: "Export (US$ Thousand)",
        reporter: "Reporter Name",
        period: Some("Year"),
    },
    Good {
        source: Source::WitsSeries,
        header: "Reporter,Partner,Product categories,Indicator Type,Indicator,2003",
        rows: &[
            "China,Japan,All Products,Export,Export(US$ Mil),100",
            "Japan,China,All Products,Import,Import(US$ Mil),120",
            "China,India,All Products,Export,Export(US$ Mil),110",
        ],
        value: "2003",
        reporter: "Reporter",
        period: None,
    },
    Good {
        source: Source::Dots,
        header: "Country Name,Country Code,Indicator Name,Indicator Code,Counterpart Country Name,Counterpart Country Code,Attribute,2003,",
        rows: &[
            "China,924,x,TXG_FOB_USD,Korea,542,Value,100,",
            "Korea,542,x,TMG_CIF_USD,China,924,Value,120,",
            "China,924,x,TXG_FOB_USD,Japan,158,Value,110,",
        ],
        value: "2003",
        reporter: "Country Code",
        period: None,
    },
    Good {
        source: Source::DotsPanel,
        header: "Country Name,Country Code,Counterpart Country Name,Counterpart Country Code,Time Period,Exports (TXG_FOB_USD)",
        rows: &[
            "China,924,Korea,542,2003,100",
            "Korea,542,China,924,2003,120",
            "China,924,Korea,542,2004,110",
        ],
        value: "Exports (TXG_FOB_USD)",
        reporter: "Country Code",
        period: Some("Time Period"),
    },
    Good {
        source: Source::Imts,
        header: "STRUCTURE[;],STRUCTURE_ID,ACTION,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE",
        rows: &[
            "dataflow,x,R,CHN,XG_FOB_USD,KOR,A,2003,100,6",
            "dataflow,x,R,KOR,MG_CIF_USD,CHN,A,2003,120,6",
            "dataflow,x,R,CHN,XG_FOB_USD,KOR,A,2004,110,6",
        ],
        value: "OBS_VALUE",
        reporter: "COUNTRY",
        period: Some("TIME_PERIOD"),
    },
    Good {
        source: Source::ImtsWide,
        header: "DATASET,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,2003",
        rows: &[
            "x,China,Exports of goods in US dollar,Japan,Annual,Units,100",
            "x,Japan,Imports of goods in US dollar,China,Annual,Units,120",
            "x,China,Exports of goods in US dollar,India,Annual,Units,110",
        ],
        value: "2003",
        reporter: "COUNTRY",
        period: None,
    },
    Good {
        source: Source::Bimts,
        header: "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_HS,ADJUSTMENT,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,UNIT_MULT",
        rows: &[
            "DATAFLOW,x,I,CHN,KOR,X,_T,B,USD_EXC,2003,100,0",
            "DATAFLOW,x,I,KOR,CHN,X,_T,B,USD_EXC,2003,120,0",
            "DATAFLOW,x,I,CHN,KOR,X,_T,B,USD_EXC,2004,110,0",
        ],
        value: "OBS_VALUE",
        reporter: "REF_AREA",
        period: Some("TIME_PERIOD"),
    },
    Good {
        source: Source::Cow,
        header: "ccode1,ccode2,year,flow1,flow2,source1,source2,version",
        rows: &[
            "710,732,2003,100,-9,2,2,4",
            "732,710,2003,120,-9,2,2,4",
            "710,732,2004,110,-9,2,2,4",
        ],
        value: "flow1",
        reporter: "ccode1",
        period: Some("year"),
    },
    Good {
        source: Source::CowNational,
        header: "ccode,statename,stateabb,year,imports,exports,version",
        rows: &[
            "710,China,CHN,2003,100,-9,4",
            "732,Korea,ROK,2003,120,-9,4",
            "710,China,CHN,2004,110,-9,4",
        ],
        value: "imports",
        reporter: "ccode",
        period: Some("year"),
    },
];
