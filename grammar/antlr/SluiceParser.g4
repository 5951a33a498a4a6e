// Flink's SQL as seen by the parser.
//
// ANTLR cannot save what it learns, so a process starts with empty caches, and every decision that needs more than the
// next token costs a simulation of the grammar. This grammar is LL(1) wherever a script spends its time. Three things
// make that possible:
//   * grammar/lexer decides by context what a word or a parenthesis is before the parser sees it: LPAREN_QUERY is a
//     `(` in front of a query, FUNCTION_NAME a reserved word that is called, ARGUMENT_NAME a name in front of `=>`,
//     K_IF only the one of IF [NOT] EXISTS;
//   * an expression is a flat list of operands and operators, which grammar/build folds by precedence;
//   * a rule accepts a little more than the language where telling the cases apart needs a second token, and
//     grammar/build reports the rest.
// Keywords are the tokens K_*: the lexer's table of words is made from this list. A keyword that `nonReserved` names
// may be used as an identifier. A reserved word that no rule needs is a RESERVED_WORD.
parser grammar SluiceParser;

tokens {
  IDENTIFIER, QUOTED_IDENTIFIER, ARGUMENT_NAME, FUNCTION_NAME, NILADIC_FUNCTION, TYPE_WORD, RESERVED_WORD,
  STRING_LITERAL, BINARY_STRING, INTEGER_LITERAL, NUMBER_LITERAL, UNKNOWN_CHARACTER,
  LPAREN, LPAREN_QUERY, RPAREN, LBRACKET, RBRACKET, LBRACE, RBRACE, COMMA, SEMICOLON, COLON, DOT, DOT_STAR,
  HINT_BEGIN, HINT_END, ARROW, ARGUMENT_NULLS, ARGUMENT_ORDER, CONFLICT_ON, INTERVAL_TO, MAP_CONSTRUCTOR, TIME_ZONE_WITH,
  TIME_ZONE_WITHOUT,  QUESTION, PIPE, CARET, DOLLAR,
  EQ, NE, LT, GT, LE, GE, PLUS, MINUS, STAR, SLASH, PERCENT, CONCAT,

  K_A, K_ABSENT, K_ADD, K_AFTER, K_ALL, K_ALTER, K_ANALYZE, K_AND, K_ANY, K_ARRAY, K_ARTIFACT, K_AS, K_ASC,
  K_ASYMMETRIC, K_BEGIN, K_BERNOULLI, K_BETWEEN, K_BOTH, K_BUCKETS, K_BY, K_CALL, K_CASCADE, K_CASE, K_CAST, K_CATALOG,
  K_CATALOGS, K_CEIL, K_CEILING, K_CHANGELOG_MODE, K_CLEAR, K_COLUMNS, K_COMMENT, K_COMPILE, K_COMPUTE, K_CONDITIONAL,
  K_CONFLICT, K_CONNECTION, K_CONNECTIONS, K_CONSTRAINT, K_CONSTRAINTS, K_CONTAINS, K_CONTINUOUS, K_CREATE, K_CROSS,
  K_CUBE, K_CURRENT, K_DATABASE, K_DATABASES, K_DATE, K_DAY, K_DEDUPLICATE, K_DEFAULT, K_DEFINE, K_DELETE, K_DESC,
  K_DESCRIBE, K_DISTINCT, K_DISTRIBUTED, K_DISTRIBUTION, K_DO, K_DRAIN, K_DROP, K_ELSE, K_EMPTY, K_END, K_ENFORCED,
  K_EQUALS, K_ERROR, K_ESCAPE, K_ESTIMATED_COST, K_EXCEPT, K_EXCLUDING, K_EXECUTE, K_EXISTS, K_EXIT, K_EXPLAIN,
  K_EXTEND, K_EXTENDED, K_EXTRACT, K_FALSE, K_FETCH, K_FILTER, K_FINAL, K_FIRST, K_FLOOR, K_FOLLOWING, K_FOR, K_FORMAT,
  K_FRESHNESS, K_FROM, K_FROM_BEGINNING, K_FROM_NOW, K_FROM_TIMESTAMP, K_FULL, K_FUNCTION, K_FUNCTIONS, K_GENERATED,
  K_GROUP, K_GROUPING, K_HASH, K_HAVING, K_HELP, K_HOUR, K_IF, K_IGNORE, K_ILIKE, K_IMMEDIATELY, K_IN, K_INCLUDING,
  K_INNER, K_INPUT, K_INSERT, K_INTERSECT, K_INTERVAL, K_INTO, K_IS, K_JAR, K_JARS, K_JAVA, K_JOB, K_JOBS, K_JOIN,
  K_JSON, K_JSON_ARRAY, K_JSON_ARRAYAGG, K_JSON_EXECUTION_PLAN, K_JSON_EXISTS, K_JSON_OBJECT, K_JSON_OBJECTAGG,
  K_JSON_QUERY, K_JSON_VALUE, K_KEY, K_LANGUAGE, K_LAST, K_LATERAL, K_LEADING, K_LEFT, K_LIKE, K_LIMIT, K_LOAD, K_LOCAL,
  K_MAP, K_MATCH, K_MATCH_RECOGNIZE, K_MATERIALIZED, K_MEASURES, K_MEMBER, K_METADATA, K_MINUTE, K_MODEL, K_MODELS,
  K_MODIFY, K_MODULE, K_MODULES, K_MONTH, K_MULTISET, K_NATURAL, K_NEXT, K_NOT, K_NOTHING, K_NULL, K_NULLS, K_OBJECT,
  K_OF, K_OFFSET, K_ON, K_ONE, K_ONLY, K_OPTIONS, K_OR, K_ORDER, K_ORDINALITY, K_OUTER, K_OUTPUT, K_OVER, K_OVERLAPS,
  K_OVERLAY, K_OVERWRITE, K_OVERWRITING, K_PARTITION, K_PARTITIONED, K_PARTITIONS, K_PAST, K_PATTERN, K_PER, K_PERMUTE,
  K_PLACING, K_PLAN, K_PLAN_ADVICE, K_POSITION, K_PRECEDES, K_PRECEDING, K_PRECISION, K_PRIMARY, K_PROCEDURES,
  K_PYTHON, K_QUALIFY, K_QUIT, K_RANGE, K_RAW, K_RECURSIVE, K_REFRESH, K_REFRESH_MODE, K_REMOVE, K_RENAME,
  K_REPEATABLE, K_REPLACE, K_RESET, K_RESPECT, K_RESTRICT, K_RESUME, K_RLIKE, K_RESUME_OR_FROM_BEGINNING, K_RESUME_OR_FROM_NOW,
  K_RESUME_OR_FROM_TIMESTAMP, K_RETURNING, K_RIGHT, K_ROLLUP, K_ROW, K_ROWS, K_RUNNING, K_SAVEPOINT, K_SCALA, K_SCALAR,
  K_SECOND, K_SELECT, K_SET, K_SETS, K_SHOW, K_SIMILAR, K_SKIP, K_SOME, K_SQL, K_START_MODE, K_STATEMENT, K_STATISTICS,
  K_STOP, K_STRUCTURED, K_SUBMULTISET, K_SUBSET, K_SUBSTRING, K_SUCCEEDS, K_SUSPEND, K_SYMMETRIC, K_SYSTEM,
  K_SYSTEM_TIME, K_TABLE, K_TABLES, K_TABLESAMPLE, K_TEMPORARY, K_THEN, K_TIME, K_TIMESTAMP, K_TIMESTAMPADD,
  K_TIMESTAMPDIFF, K_TIMESTAMP_LTZ, K_TO, K_TRAILING, K_TRIM, K_TRUE, K_TRUNCATE, K_TRY_CAST, K_UESCAPE, K_UNBOUNDED,
  K_UNCONDITIONAL, K_UNION, K_UNIQUE, K_UNKNOWN, K_UNLOAD, K_UNNEST, K_UPDATE, K_UPSERT, K_USE, K_USER, K_USING,
  K_VALUE, K_VALUES, K_VARYING, K_VIEW, K_VIEWS, K_VIRTUAL, K_WATERMARK, K_WATERMARKS, K_WEEK, K_WHEN, K_WHERE,
  K_WINDOW, K_WITH, K_WITHIN, K_WITHOUT, K_WRAPPER, K_YEAR, K_QUARTER, K_ZONE
}

// ---- Entry points

singleStatement : statement EOF ;
singleQuery : query EOF ;
singleExpression : expression EOF ;
singleType : type EOF ;

statement
  : queryStatement | insert | statementSet | beginStatementSet | endStatementSet | update | deleteFrom | truncate
  | call | create | replaceTable | alter | drop | explain | describe | show | use | loadModule | unloadModule
  | setStatement | resetStatement | addJar | removeJar | stopJob | analyze | compilePlan | execute | clientCommand
  ;

// ---- Names

identifier : IDENTIFIER | QUOTED_IDENTIFIER | nonReserved ;
name : identifier (DOT identifier)* ;
identifierList : LPAREN identifier (COMMA identifier)* RPAREN ;
nameList : LPAREN name (COMMA name)* RPAREN ;
text : STRING_LITERAL ;

nonReserved
  : K_ADD | K_AFTER | K_ANALYZE | K_ARTIFACT | K_ASC | K_BERNOULLI | K_CASCADE | K_CATALOG | K_CHANGELOG_MODE
  | K_CLEAR | K_COLUMNS | K_COMPILE | K_COMPUTE | K_CONDITIONAL | K_CONFLICT | K_CONNECTION | K_CONNECTIONS
  | K_CONSTRAINTS | K_DATABASE | K_DEDUPLICATE | K_DESC | K_DO | K_DRAIN | K_ENFORCED | K_ERROR
  | K_ESTIMATED_COST | K_EXCLUDING | K_EXIT | K_FIRST | K_FOLLOWING | K_FROM_BEGINNING | K_FROM_NOW
  | K_FROM_TIMESTAMP | K_GENERATED | K_HELP | K_INCLUDING | K_INPUT | K_JAR | K_JARS | K_JAVA
  | K_JOB | K_JOBS | K_JSON_EXECUTION_PLAN | K_LAST | K_LOAD | K_MAP | K_METADATA | K_NOTHING | K_NULLS
  | K_OPTIONS | K_ORDINALITY | K_OUTPUT | K_OVERWRITE | K_OVERWRITING | K_PARTITIONED | K_PARTITIONS | K_PAST
  | K_PLACING | K_PLAN | K_PLAN_ADVICE | K_PRECEDING | K_PYTHON | K_QUIT | K_REMOVE | K_REPEATABLE | K_REPLACE
  | K_RESTRICT | K_RESUME_OR_FROM_BEGINNING | K_RESUME_OR_FROM_NOW | K_RESUME_OR_FROM_TIMESTAMP | K_RETURNING
  | K_SETS | K_START_MODE | K_STATISTICS | K_STOP | K_TEMPORARY | K_UNCONDITIONAL | K_UNLOAD | K_VIEW
  | K_VIRTUAL | K_WRAPPER | K_ZONE
  ;

// ---- Expressions: operands with operators between them; what binds to what is decided in grammar/build.

expression : operand tail* ;
expressionList : expression (COMMA expression)* ;
operand : prefix* (literal | primary postfix*) ;
prefix : PLUS | MINUS | K_NOT | K_FINAL | K_RUNNING ;

tail
  : (PLUS | MINUS | STAR | SLASH | PERCENT | CONCAT | K_AND | K_OR) operand
  | (EQ | NE | LT | GT | LE | GE) (operand | quantified)
  | K_IS K_NOT? isTest
  | K_NOT? ( K_BETWEEN (K_SYMMETRIC | K_ASYMMETRIC)? operand
           | (K_LIKE | K_ILIKE | K_RLIKE | K_SIMILAR K_TO) operand
           | K_IN inList )
  | K_ESCAPE operand
  | (K_OVERLAPS | K_CONTAINS | K_EQUALS | K_IMMEDIATELY? (K_PRECEDES | K_SUCCEEDS)) operand
  | (K_MEMBER | K_SUBMULTISET) K_OF operand
  | K_MULTISET (K_UNION | K_INTERSECT | K_EXCEPT) (K_ALL | K_DISTINCT)? operand
  | K_FORMAT K_JSON
  ;
quantified : (K_ANY | K_SOME | K_ALL) inList ;
inList : LPAREN expressionList RPAREN | LPAREN_QUERY query RPAREN ;
isTest
  : K_NULL | K_TRUE | K_FALSE | K_UNKNOWN | K_EMPTY | K_A K_SET
  | K_DISTINCT K_FROM operand
  | K_JSON (K_VALUE | K_OBJECT | K_ARRAY | K_SCALAR)?
  ;

// Dots, subscripts and argument lists follow whatever they follow; grammar/build sorts names, calls and fields. An
// interval's unit follows a difference: (a - b) DAY.
postfix
  : DOT identifier
  | DOT_STAR
  | LBRACKET expression RBRACKET
  | LPAREN arguments? RPAREN
  | LPAREN_QUERY query RPAREN
  | callSuffix
  | differenceUnit
  ;

primary
  : identifier
  | FUNCTION_NAME
  | QUESTION
  | LPAREN (expressionList | K_MODEL name)? RPAREN
  | LPAREN_QUERY query RPAREN
  | K_CASE expression? whenClause+ (K_ELSE expression)? K_END
  | (K_CAST | K_TRY_CAST) LPAREN expression K_AS type RPAREN
  | K_EXISTS LPAREN_QUERY query RPAREN
  | (K_ARRAY | MAP_CONSTRUCTOR) (LBRACKET expressionList? RBRACKET | LPAREN_QUERY query RPAREN)
  | K_MULTISET (LBRACKET expressionList RBRACKET | LPAREN_QUERY query RPAREN)
  | K_ROW LPAREN expressionList RPAREN
  | LBRACE IDENTIFIER operand RBRACE
  | NILADIC_FUNCTION
  | K_USER
  | specialCall
  | jsonCall
  ;
whenClause : K_WHEN expressionList K_THEN expression ;

literal
  : INTEGER_LITERAL | NUMBER_LITERAL | STRING_LITERAL+ (K_UESCAPE STRING_LITERAL)? | BINARY_STRING+
  | K_TRUE | K_FALSE | K_UNKNOWN | K_NULL
  | (K_DATE | K_TIME | K_TIMESTAMP timeZone?) STRING_LITERAL
  | interval
  ;
interval
  : K_INTERVAL (PLUS | MINUS)?
    (STRING_LITERAL | INTEGER_LITERAL | NUMBER_LITERAL | name | LPAREN expression RPAREN) intervalRange
  ;
intervalRange : intervalUnit precisions? (INTERVAL_TO intervalUnit precisions?)? ;
differenceUnit : intervalUnit (INTERVAL_TO intervalUnit)? ;
intervalUnit : K_YEAR | K_QUARTER | K_MONTH | K_WEEK | K_DAY | K_HOUR | K_MINUTE | K_SECOND ;
precisions : LPAREN INTEGER_LITERAL (COMMA INTEGER_LITERAL)? RPAREN ;
unitWord : identifier | intervalUnit ;

specialCall
  : K_EXTRACT LPAREN unitWord K_FROM expression RPAREN
  | (K_FLOOR | K_CEIL | K_CEILING) LPAREN expression (K_TO unitWord)? RPAREN
  | (K_TIMESTAMPADD | K_TIMESTAMPDIFF) LPAREN unitWord COMMA expression COMMA expression RPAREN
  | K_POSITION LPAREN operand K_IN expression (K_FROM expression)? RPAREN
  | K_SUBSTRING LPAREN expression (K_FROM expression (K_FOR expression)? | (COMMA expression)+ (K_FOR expression)?)?
    RPAREN
  | K_TRIM LPAREN ( (K_BOTH | K_LEADING | K_TRAILING) (K_FROM expression | expression (K_FROM expression)?)
                  | expression (K_FROM expression)? ) RPAREN
  | K_OVERLAY LPAREN expression K_PLACING expression K_FROM expression (K_FOR expression)? RPAREN
  ;

jsonCall
  : (K_JSON_EXISTS | K_JSON_VALUE | K_JSON_QUERY) LPAREN expression COMMA expression jsonClause* RPAREN
  | K_JSON_OBJECT LPAREN (jsonPair (COMMA jsonPair)*)? jsonClause* RPAREN
  | K_JSON_OBJECTAGG LPAREN jsonPair jsonClause* RPAREN
  | (K_JSON_ARRAY | K_JSON_ARRAYAGG) LPAREN expressionList? orderBy? jsonClause* RPAREN
  ;
jsonPair : K_KEY? expression (K_VALUE | COLON) expression ;
jsonClause
  : K_RETURNING typeCore
  | jsonBehavior K_ON (K_EMPTY | K_ERROR | K_NULL)
  | K_WITHOUT K_ARRAY? K_WRAPPER
  | K_WITH (K_CONDITIONAL | K_UNCONDITIONAL)? K_ARRAY? K_WRAPPER
  ;
jsonBehavior
  : K_NULL | K_ABSENT | K_ERROR | K_TRUE | K_FALSE | K_UNKNOWN | K_DEFAULT expression | K_EMPTY (K_ARRAY | K_OBJECT)?
  ;

arguments : (K_ALL | K_DISTINCT)? argument (COMMA argument)* (ARGUMENT_NULLS K_NULLS)? orderBy? ;
argument
  : (ARGUMENT_NAME ARROW)? (expression | STAR | K_DEFAULT | tableArgument | K_MODEL name)
    argumentPartition? argumentOrder?
  ;
argumentPartition : K_PARTITION K_BY expression ;
tableArgument : K_TABLE (name | LPAREN_QUERY query RPAREN) ;
argumentOrder : ARGUMENT_ORDER K_BY ( LPAREN orderItem (COMMA orderItem)* RPAREN | orderItem ) ;
callSuffix
  : K_WITHIN K_GROUP LPAREN orderBy RPAREN
  | nullTreatment
  | K_FILTER LPAREN K_WHERE expression RPAREN
  | K_OVER (identifier | windowSpec)
  ;
nullTreatment : (K_IGNORE | K_RESPECT) K_NULLS ;

windowSpec : LPAREN identifier? (K_PARTITION K_BY expressionList)? orderBy? windowFrame? RPAREN ;
windowFrame : (K_ROWS | K_RANGE) (frameBound | K_BETWEEN frameBound K_AND frameBound) ;
frameBound
  : K_UNBOUNDED (K_PRECEDING | K_FOLLOWING)
  | K_CURRENT K_ROW
  | expression (K_PRECEDING | K_FOLLOWING)
  ;

// ---- Types

type : typeCore typeSuffix* ;
typeSuffix : K_ARRAY | K_MULTISET | K_NOT? K_NULL ;
typeCore
  : (TYPE_WORD | K_DATE | K_TIME | K_TIMESTAMP | K_TIMESTAMP_LTZ) (K_PRECISION | K_VARYING)? precisions? timeZone?
  | IDENTIFIER (DOT IDENTIFIER)*
  | QUOTED_IDENTIFIER (DOT QUOTED_IDENTIFIER)*
  | K_ROW (LT rowField (COMMA rowField)* GT | NE | LPAREN (rowField (COMMA rowField)*)? RPAREN)
  | (K_ARRAY | K_MULTISET) LT type GT
  | K_MAP LT type COMMA type GT
  | K_INTERVAL intervalRange
  | K_RAW LPAREN text COMMA text RPAREN
  | K_STRUCTURED LT text (COMMA rowField)* GT
  ;
timeZone : (TIME_ZONE_WITH | TIME_ZONE_WITHOUT) K_LOCAL? K_TIME K_ZONE ;
rowField : identifier type text? ;

// ---- Queries

query : with? queryTerm (setOperator queryTerm)* orderBy? limit? offset? fetch? ;
with : K_WITH K_RECURSIVE? withItem (COMMA withItem)* ;
withItem : identifier identifierList? K_AS LPAREN_QUERY query RPAREN ;
setOperator : (K_UNION | K_INTERSECT | K_EXCEPT) (K_ALL | K_DISTINCT)? ;
queryTerm : select | (K_VALUES | K_VALUE) expressionList | K_TABLE name | LPAREN_QUERY query RPAREN ;
orderBy : K_ORDER K_BY orderItem (COMMA orderItem)* ;
orderItem : expression (K_ASC | K_DESC)? (K_NULLS (K_FIRST | K_LAST))? ;
limit : K_LIMIT (K_ALL | count) ;
offset : K_OFFSET count (K_ROW | K_ROWS)? ;
fetch : K_FETCH (K_FIRST | K_NEXT) count (K_ROW | K_ROWS) K_ONLY ;
count : INTEGER_LITERAL | NUMBER_LITERAL | QUESTION ;

select
  : K_SELECT hints? (K_ALL | K_DISTINCT)? selectItem (COMMA selectItem)*
    ( K_FROM joinTree (COMMA joinTree)* (K_WHERE expression)? groupBy? (K_HAVING expression)?
      (K_WINDOW namedWindow (COMMA namedWindow)*)? (K_QUALIFY expression)? )?
  ;
selectItem : STAR | expression (K_AS? identifier)? ;
groupBy : K_GROUP K_BY (K_ALL | K_DISTINCT)? groupingElement (COMMA groupingElement)* ;
groupingElement
  : K_GROUPING K_SETS LPAREN groupingElement (COMMA groupingElement)* RPAREN
  | (K_ROLLUP | K_CUBE) LPAREN expressionList RPAREN
  | expression
  ;
namedWindow : identifier K_AS windowSpec ;

hints : HINT_BEGIN hint (COMMA hint)* HINT_END ;
hint : identifier (LPAREN (hintArgument (COMMA hintArgument)*)? RPAREN)? ;
hintArgument : hintValue (EQ text)? ;
hintValue : STRING_LITERAL | INTEGER_LITERAL | NUMBER_LITERAL | identifier ;

joinTree : tableRef join* ;
join
  : K_NATURAL? (K_INNER | (K_LEFT | K_RIGHT | K_FULL) K_OUTER? | K_CROSS)? K_JOIN tableRef
    (K_ON expression | K_USING identifierList)?
  ;
tableRef : tablePrimary systemTime? matchRecognize? tableAlias? tableSample? ;
tablePrimary
  : name (LPAREN arguments? RPAREN | hints)?
  | K_TABLE LPAREN tableCall RPAREN
  | K_LATERAL (K_TABLE LPAREN tableCall RPAREN | LPAREN_QUERY query RPAREN | unnest | tableCall)
  | unnest
  | LPAREN_QUERY query RPAREN
  | LPAREN tableRef join* RPAREN
  ;
tableCall : name LPAREN arguments? RPAREN ;
unnest : K_UNNEST (LPAREN expressionList RPAREN | LPAREN_QUERY query RPAREN) (K_WITH K_ORDINALITY)? ;
systemTime : K_FOR K_SYSTEM_TIME K_AS K_OF expression ;
tableAlias : K_AS? identifier identifierList? ;
tableSample
  : K_TABLESAMPLE (K_BERNOULLI | K_SYSTEM) LPAREN (INTEGER_LITERAL | NUMBER_LITERAL) RPAREN
    (K_REPEATABLE LPAREN MINUS? INTEGER_LITERAL RPAREN)?
  ;

matchRecognize
  : K_MATCH_RECOGNIZE LPAREN (K_PARTITION K_BY expressionList)? orderBy?
    (K_MEASURES measure (COMMA measure)*)?
    ((K_ONE K_ROW | K_ALL K_ROWS) K_PER K_MATCH)?
    (K_AFTER K_MATCH K_SKIP skipTarget)?
    K_PATTERN LPAREN CARET? pattern DOLLAR? RPAREN (K_WITHIN expression)?
    (K_SUBSET subset (COMMA subset)*)?
    K_DEFINE definition (COMMA definition)* RPAREN
  ;
measure : expression K_AS identifier ;
skipTarget : K_TO (K_NEXT K_ROW | (K_FIRST | K_LAST) identifier | identifier) | K_PAST K_LAST K_ROW ;
pattern : patternSequence (PIPE patternSequence)* ;
patternSequence : patternFactor+ ;
patternFactor : patternPrimary quantifier? ;
quantifier
  : (STAR | PLUS | QUESTION | LBRACE (INTEGER_LITERAL (COMMA INTEGER_LITERAL?)? | COMMA INTEGER_LITERAL) RBRACE)
    QUESTION?
  ;
patternPrimary
  : identifier
  | K_PERMUTE LPAREN pattern (COMMA pattern)* RPAREN
  | LPAREN pattern RPAREN
  | LBRACE MINUS pattern MINUS RBRACE
  ;
subset : identifier EQ identifierList ;
definition : identifier K_AS expression ;

// ---- CREATE

create
  : K_CREATE (K_OR (K_REPLACE | K_ALTER))? K_TEMPORARY? K_SYSTEM?
    ( createTable | createView | createMaterializedTable | createCatalog | createDatabase | createFunction
    | createModel | createConnection )
  ;
replaceTable : K_REPLACE K_TEMPORARY? createTable ;
ifNotExists : K_IF K_NOT K_EXISTS ;
ifExists : K_IF K_EXISTS ;
comment : K_COMMENT text ;
optionList : LPAREN (option (COMMA option)*)? RPAREN ;
option : text EQ text ;
withOptions : K_WITH optionList ;
optionKeys : LPAREN (text (COMMA text)*)? RPAREN ;

createTable
  : K_TABLE ifNotExists? name tableElements? comment? (K_DISTRIBUTED distribution)?
    (K_PARTITIONED K_BY identifierList)? (K_USING K_CONNECTION name)? withOptions? (like | K_AS query)?
  ;
tableElements : LPAREN tableElement (COMMA tableElement)* RPAREN ;
tableElement : column | constraint identifierList enforcement? | watermark ;
constraint : (K_CONSTRAINT identifier)? (K_PRIMARY K_KEY | K_UNIQUE) ;
enforcement : K_NOT? K_ENFORCED ;
watermark : K_WATERMARK K_FOR name K_AS expression ;
column : name (K_AS expression | type metadata? (constraint enforcement?)?)? comment? columnPosition? ;
metadata : K_METADATA (K_FROM text)? K_VIRTUAL? ;
columnPosition : K_FIRST | K_AFTER name ;
distribution
  : K_BY (K_HASH | K_RANGE)? identifierList (K_INTO INTEGER_LITERAL K_BUCKETS)?
  | K_INTO INTEGER_LITERAL K_BUCKETS
  ;
like : K_LIKE name (LPAREN likeOption+ RPAREN)? ;
likeOption
  : (K_INCLUDING | K_EXCLUDING | K_OVERWRITING)
    ( K_ALL | K_CONSTRAINTS | K_DISTRIBUTION | K_GENERATED | K_METADATA | K_OPTIONS | K_PARTITIONS | K_WATERMARKS )
  ;

createView : K_VIEW ifNotExists? name identifierList? comment? K_AS query ;
createMaterializedTable
  : K_MATERIALIZED K_TABLE ifNotExists? name tableElements? comment? (K_DISTRIBUTED distribution)?
    (K_PARTITIONED K_BY identifierList)? withOptions? startMode? (K_FRESHNESS EQ expression)?
    (K_REFRESH_MODE EQ refreshMode)? K_AS query
  ;
startMode
  : K_START_MODE EQ ( K_FROM_BEGINNING | K_RESUME_OR_FROM_BEGINNING
                    | (K_FROM_NOW | K_RESUME_OR_FROM_NOW) (LPAREN literal RPAREN)?
                    | (K_FROM_TIMESTAMP | K_RESUME_OR_FROM_TIMESTAMP) LPAREN K_TIMESTAMP STRING_LITERAL RPAREN )
  ;
refreshMode : K_FULL | K_CONTINUOUS ;
createCatalog : K_CATALOG ifNotExists? identifier comment? withOptions? ;
createDatabase : K_DATABASE ifNotExists? name comment? withOptions? ;
createFunction
  : K_FUNCTION ifNotExists? name K_AS text functionLanguage? (K_USING resource (COMMA resource)*)? withOptions?
  ;
functionLanguage : K_LANGUAGE (K_JAVA | K_SCALA | K_SQL | K_PYTHON) ;
resource : (K_JAR | K_ARTIFACT) text ;
createModel
  : K_MODEL ifNotExists? name (K_INPUT tableElements)? (K_OUTPUT tableElements)? comment? withOptions? (K_AS query)?
  ;
createConnection : K_CONNECTION ifNotExists? name comment? withOptions? ;

// ---- ALTER and DROP

alter
  : K_ALTER ( K_TABLE ifExists? name tableChange
            | K_MATERIALIZED K_TABLE name tableChange
            | K_VIEW ifExists? name (renameTo | K_AS query)
            | K_CATALOG identifier (setOptions | resetOptions | comment)
            | K_DATABASE name setOptions
            | (K_TEMPORARY K_SYSTEM?)? K_FUNCTION ifExists? name K_AS text functionLanguage?
            | K_MODEL ifExists? name (renameTo | setOptions | resetOptions)
            | K_CONNECTION ifExists? name (renameTo | setOptions | resetOptions) )
  ;
renameTo : K_RENAME K_TO name ;
setOptions : K_SET optionList ;
resetOptions : K_RESET optionKeys ;
tableChange
  : K_RENAME (K_TO name | name K_TO name)
  | K_SET (optionList | K_FRESHNESS EQ expression | K_REFRESH_MODE EQ refreshMode)
  | resetOptions
  | K_ADD (tableElements | K_DISTRIBUTION distribution | ifNotExists? addPartition+ | tableElement)
  | K_MODIFY (tableElements | K_DISTRIBUTION distribution | tableElement)
  | K_DROP ( ifExists? partitionSpec (COMMA partitionSpec)* | K_PRIMARY K_KEY | K_CONSTRAINT identifier
           | K_DISTRIBUTION | K_WATERMARK | nameList | name )
  | K_SUSPEND
  | K_RESUME withOptions?
  | K_REFRESH partitionSpec?
  | K_AS query
  ;
addPartition : partitionSpec withOptions? ;
partitionSpec : K_PARTITION LPAREN partitionValue (COMMA partitionValue)* RPAREN ;
partitionValue : identifier (EQ expression)? ;

drop
  : K_DROP K_TEMPORARY? K_SYSTEM?
    (K_TABLE | K_VIEW | K_MATERIALIZED K_TABLE | K_CATALOG | K_DATABASE | K_FUNCTION | K_MODEL | K_CONNECTION)
    ifExists? name (K_CASCADE | K_RESTRICT)?
  ;

// ---- Rows

queryStatement : query ;
insert
  : (K_INSERT | K_UPSERT) (K_INTO | K_OVERWRITE) name hints? (K_EXTEND? insertColumns | partitionSpec)* query
    onConflict?
  ;
insertColumns : LPAREN insertColumn (COMMA insertColumn)* RPAREN ;
insertColumn : name (type)? ;
onConflict : CONFLICT_ON K_CONFLICT K_DO (K_ERROR | K_NOTHING | K_DEDUPLICATE) ;
statementSet : K_STATEMENT K_SET K_BEGIN (insert SEMICOLON)+ K_END ;
beginStatementSet : K_BEGIN K_STATEMENT K_SET ;
endStatementSet : K_END ;
update : K_UPDATE name hints? (K_AS? identifier)? K_SET assignment (COMMA assignment)* (K_WHERE expression)? ;
assignment : identifier EQ expression ;
deleteFrom : K_DELETE K_FROM name hints? (K_AS? identifier)? (K_WHERE expression)? ;
truncate : K_TRUNCATE K_TABLE name ;
call : K_CALL tableCall ;

// ---- Plans, the session, jobs

explain : K_EXPLAIN (K_PLAN K_FOR | explainDetail (COMMA explainDetail)*)? explainable ;
explainDetail : K_ESTIMATED_COST | K_CHANGELOG_MODE | K_JSON_EXECUTION_PLAN | K_PLAN_ADVICE ;
explainable : queryStatement | insert | statementSet | execute | update | deleteFrom | create | replaceTable ;
execute : K_EXECUTE (K_PLAN text | statementSet | insert | queryStatement) ;
compilePlan
  : K_COMPILE (K_AND K_EXECUTE K_PLAN text | K_PLAN text ifNotExists?) K_FOR (insert | statementSet)
  ;

describe
  : (K_DESCRIBE | K_DESC)
    ( K_CATALOG K_EXTENDED? identifier
    | (K_DATABASE | K_FUNCTION | K_MODEL | K_CONNECTION) K_EXTENDED? name
    | K_JOB text
    | K_EXTENDED? name )
  ;
show
  : K_SHOW ( K_CATALOGS likeFilter?
           | K_CURRENT (K_CATALOG | K_DATABASE)
           | (K_DATABASES | K_TABLES | K_VIEWS | K_MATERIALIZED K_TABLES | K_COLUMNS | K_PROCEDURES | K_MODELS
             | K_CONNECTIONS | K_USER? K_FUNCTIONS) showIn? likeFilter?
           | K_PARTITIONS name partitionSpec?
           | K_FULL? K_MODULES
           | K_JARS
           | K_JOBS
           | K_CREATE ( K_TABLE | K_VIEW | K_CATALOG | K_MODEL | K_CONNECTION
                      | (K_OR K_ALTER)? K_MATERIALIZED K_TABLE ) name )
  ;
showIn : (K_FROM | K_IN) name ;
likeFilter : K_NOT? (K_LIKE | K_ILIKE) text ;
use : K_USE (K_CATALOG identifier | K_MODULES identifier (COMMA identifier)* | name) ;
loadModule : K_LOAD K_MODULE identifier withOptions? ;
unloadModule : K_UNLOAD K_MODULE identifier ;
setStatement : K_SET option? ;
resetStatement : K_RESET text? ;
addJar : K_ADD K_JAR text ;
removeJar : K_REMOVE K_JAR text ;
stopJob : K_STOP K_JOB text (K_WITH (K_SAVEPOINT | K_DRAIN))* ;
analyze
  : K_ANALYZE K_TABLE name partitionSpec? K_COMPUTE K_STATISTICS
    (K_FOR (K_ALL K_COLUMNS | K_COLUMNS identifier (COMMA identifier)*))?
  ;
clientCommand : K_HELP | K_CLEAR | K_QUIT | K_EXIT ;
