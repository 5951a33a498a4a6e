# Writes OUTPUT: a C++ file that holds the scripts of FOLDER.
file(GLOB scripts ${FOLDER}/*.sql)
set(text "#include \"tools/sluice/local/nexmark_scripts.h\"\n\n#include <utility>\n\nnamespace sluice::tools {\n\n"
         "std::string_view nexmark_file(std::string_view name) {\n"
         "  static constexpr std::pair<std::string_view, std::string_view> kFiles[] = {\n")
string(CONCAT text ${text})
foreach(script ${scripts})
  get_filename_component(name ${script} NAME)
  file(READ ${script} content)
  string(APPEND text "      {\"${name}\", R\"sql(${content})sql\"},\n")
endforeach()
string(APPEND text "  };\n  for (const auto& [file, content] : kFiles) {\n    if (file == name) return content;\n  }\n"
                   "  return {};\n}\n\n}  // namespace sluice::tools\n")
file(WRITE ${OUTPUT} "${text}")
