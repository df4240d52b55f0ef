from plangate import main

main()
