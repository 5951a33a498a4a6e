import java.nio.file.*;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.*;

/**
 * Runs a script of SQL on Flink, a whole cluster in this process, and waits for its jobs: RunFlink SCRIPT KEY=VALUE...
 * Statements end with a semicolon at the end of a line; comments are lines of their own.
 */
public class RunFlink {
  public static void main(String[] arguments) throws Exception {
    Configuration configuration = new Configuration();
    for (int i = 1; i < arguments.length; ++i) {
      String[] pair = arguments[i].split("=", 2);
      configuration.setString(pair[0], pair[1]);
    }
    TableEnvironment environment = TableEnvironment.create(
        EnvironmentSettings.newInstance().withConfiguration(configuration).inStreamingMode().build());
    String script = Files.readString(Path.of(arguments[0])).replaceAll("(?m)^--.*$", "");
    for (String statement : script.split(";[ \t]*(\n|$)")) {
      if (statement.isBlank()) continue;
      TableResult result = environment.executeSql(statement);
      if (result.getJobClient().isPresent()) result.await();
    }
    System.exit(0);
  }
}
